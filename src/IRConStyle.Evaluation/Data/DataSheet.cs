using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Evaluation.Data;

/// <summary>What to show.</summary>
/// <param name="Selection">Folders and pipelines.</param>
public sealed record DataSheetRequest(DataSelection Selection)
{
    /// <summary>How many images of each target, evenly spread over it.</summary>
    public int Count { get; init; } = 24;

    /// <summary>A degradation that is applied to the clean images, by name; null shows the pairs as they are, or as the pipeline makes them.</summary>
    public string? Degradation { get; init; }

    /// <summary>The same seed shows the same patches and degradations; each image has a draw of its own.</summary>
    public ulong Seed { get; init; }

    /// <summary>Shows random patches of this side in pixels, turned as for training; null shows whole images.</summary>
    public int? PatchSize { get; init; }

    /// <summary>Told how many images there are in all.</summary>
    public Action<int>? Planned { get; init; }

    /// <summary>Told after each image.</summary>
    public Action? Done { get; init; }
}

/// <summary>A drawn sheet.</summary>
/// <param name="Image">The sheet; null when nothing could be shown.</param>
/// <param name="Shown">How many images it shows.</param>
/// <param name="Problems">What could not be shown, and why.</param>
public sealed record DrawnSheet(RasterImage? Image, int Shown, IReadOnlyList<IRConStyleException> Problems);

/// <summary>Shows what a dataset holds, or what training sees of it, on a contact sheet.</summary>
/// <param name="targets">Finds out what is meant.</param>
/// <param name="factory">Opens datasets and degradations.</param>
public sealed class DataSheet(DataTargets targets, IPipelineFactory factory)
{
    /// <summary>Draws everything a request names. What cannot be opened or read is told and stops nothing else.</summary>
    /// <param name="request">What to show.</param>
    /// <param name="cancellation">Stops before the next image.</param>
    /// <exception cref="IRConStyleException">The request names nothing, or an unknown pipeline or degradation.</exception>
    public DrawnSheet Draw(DataSheetRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(request.Count, nameof(request));
        var degradation = request.Degradation is { } name ? factory.CreateDegradation(new ComponentOptions { Name = name }) : null;
        var problems = new List<IRConStyleException>();
        var opened = new List<Opened>();
        foreach (var target in targets.Find(request.Selection))
            Try(problems, () => opened.Add(Open(target, request)));
        request.Planned?.Invoke(opened.Sum(one => one.Indices.Length));

        var (sheets, shown) = (new List<RasterImage>(), 0);
        foreach (var target in opened)
        {
            var entries = new List<Thumbnail>();
            for (var number = 0; number < target.Indices.Length; number++)
            {
                cancellation.ThrowIfCancellationRequested();
                Try(problems, () => entries.Add(Show(target, number, request, degradation)));
                request.Done?.Invoke();
            }

            shown += entries.Count;
            if (entries.Count > 0)
                sheets.Add(ThumbnailSheet.Draw(
                    $"{target.Name} - {entries.Count}{(request.PatchSize is null ? "" : entries.Count == 1 ? " patch" : " patches")} of {target.Dataset.Count}", entries));
        }

        return new DrawnSheet(sheets.Count > 0 ? ComparisonSheet.Stack(sheets) : null, shown, problems);
    }

    private Opened Open(DataTarget target, DataSheetRequest request)
    {
        if (target.Problem is { } problem)
            throw problem;
        var stand = new Unchanged();
        // A degradation of the request's own is applied to clean images, whatever the pipeline does.
        var own = request.Degradation is null && target.Degradation is { } configured ? factory.CreateDegradation(configured) : null;
        var dataset = factory.OpenDataset(new DatasetRequest(target.Data)
        {
            Degradation = target.NeedsDegradation ? own ?? stand : null,
            IsInspection = true,
        });
        // Patches of one image differ, whole images do not.
        var count = request.PatchSize is null ? Math.Min(request.Count, dataset.Count) : request.Count;
        return new Opened(target.Name, dataset, stand, [.. Enumerable.Range(0, count).Select(number => (int)((long)number * dataset.Count / count))]);
    }

    private static Thumbnail Show(Opened target, int number, DataSheetRequest request, IDegradation? degradation)
    {
        using var scope = torch.NewDisposeScope();
        var seed = SplitMix64.At(request.Seed, (ulong)number);
        using var sample = target.Dataset.Load(target.Indices[number], new SampleRequest(seed, request.PatchSize, Augment: request.PatchSize is not null));
        var clean = RasterImage.FromTensor(sample.Clean);
        var detail = $"{clean.Width}x{clean.Height}";
        if (degradation is null && target.Stand.IsUsed)
            return new Thumbnail(sample.Name, detail, [clean]);
        var degraded = RasterImage.FromTensor(degradation?.Apply(sample.Clean, seed) ?? sample.Degraded);
        return new Thumbnail(sample.Name, detail, [degraded, clean]);
    }

    private static void Try(List<IRConStyleException> problems, Action action)
    {
        try
        {
            action();
        }
        catch (IRConStyleException exception)
        {
            problems.Add(exception);
        }
    }

    private sealed record Opened(string Name, IRestorationDataset Dataset, Unchanged Stand, int[] Indices);
}

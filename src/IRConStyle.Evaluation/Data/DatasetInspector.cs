using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Evaluation.Data;

/// <summary>What to inspect, and who is told how far it is.</summary>
/// <param name="Selection">Folders and pipelines.</param>
public sealed record InspectionRequest(DataSelection Selection)
{
    /// <summary>How many images are read at a time.</summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>Told how many images there are in all.</summary>
    public Action<int>? Planned { get; init; }

    /// <summary>Told after each image, by one thread at a time.</summary>
    public Action? Done { get; init; }
}

/// <summary>
/// Looks at every image of a dataset before a run depends on it: loads each pair once and says what is unreadable, of two
/// sizes, without partner, too small or suspicious, and how large the images are.
/// </summary>
/// <param name="targets">Finds out what is meant.</param>
/// <param name="factory">Opens the datasets.</param>
public sealed class DatasetInspector(DataTargets targets, IPipelineFactory factory)
{
    /// <summary>Inspects everything a request names. A target that cannot be opened is an error of its own and stops no other.</summary>
    /// <param name="request">What to inspect.</param>
    /// <param name="cancellation">Stops before the next image.</param>
    /// <exception cref="IRConStyleException">The request names nothing, or a pipeline that is unknown or has no data.</exception>
    public DataInspection Run(InspectionRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        Opened[] opened = [.. targets.Find(request.Selection).Select(Open)];
        request.Planned?.Invoke(opened.Sum(target => target.Dataset?.Count ?? 0));
        return new DataInspection([.. opened.Select(target => Inspect(target, request, cancellation))]);
    }

    private Opened Open(DataTarget target)
    {
        var stand = new Unchanged();
        try
        {
            return target.Problem is { } problem ? throw problem : new Opened(target, stand, factory.OpenDataset(new DatasetRequest(target.Data)
            {
                Degradation = target.NeedsDegradation ? stand : null,
                IsInspection = true,
            }));
        }
        catch (IRConStyleException exception)
        {
            return new Opened(target, stand, null) { Problem = exception };
        }
    }

    private static InspectedData Inspect(Opened target, InspectionRequest request, CancellationToken cancellation)
    {
        if (target.Dataset is not { } dataset)
            return new InspectedData(
                target.Target.Name, DataKind.Unknown, 0,
                [new DataNote(NoteLevel.Error, null, $"{target.Problem!.Message} {target.Problem.Remedy}".TrimEnd())]);

        var (sizes, notes) = (new ImageSize?[dataset.Count], new List<DataNote>?[dataset.Count]);
        var telling = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = request.Threads, CancellationToken = cancellation };
        Parallel.For(0, dataset.Count, options, index =>
        {
            notes[index] = [];
            sizes[index] = Look(dataset, index, target, notes[index]!);
            lock (telling)
                request.Done?.Invoke();
        });
        var found = dataset.Findings.Select(finding => new DataNote(
            finding.IsError ? NoteLevel.Error : NoteLevel.PassedOver, finding.File, finding.Problem));
        return new InspectedData(
            target.Target.Name, IsClean(target, sizes) ? DataKind.Clean : DataKind.Pairs, dataset.Count,
            [.. notes.SelectMany(one => one!), .. found])
        {
            Sizes = SizeStatistics.Of(sizes.OfType<ImageSize>()),
        };
    }

    // Where nothing could be read, nothing was degraded either.
    private static bool IsClean(Opened target, ImageSize?[] sizes)
        => target.Stand.IsUsed || (target.Target.NeedsDegradation && Array.TrueForAll(sizes, size => size is null));

    private static ImageSize? Look(IRestorationDataset dataset, int index, Opened target, List<DataNote> notes)
    {
        using var scope = torch.NewDisposeScope();
        try
        {
            using var sample = dataset.Load(index, SampleRequest.Whole);
            var size = new ImageSize((int)sample.Clean.shape[2], (int)sample.Clean.shape[1]);
            if (!sample.Degraded.shape.SequenceEqual(sample.Clean.shape))
                notes.Add(new(NoteLevel.Error, sample.Name, $"is {sample.Degraded.shape[2]}×{sample.Degraded.shape[1]} pixels, its clean image {size}"));
            else if (!target.Stand.IsUsed && sample.Degraded.equal(sample.Clean).all().item<bool>())
                notes.Add(new(NoteLevel.Notice, sample.Name, "is the same image as its clean one"));
            if (target.Target.PatchSize is { } patch && Math.Min(size.Width, size.Height) < patch)
                notes.Add(new(NoteLevel.Notice, sample.Name, $"is {size} pixels, smaller than the pipeline's patch of {patch}×{patch}: what is missing is its reflection"));
            return size;
        }
        catch (IRConStyleException exception)
        {
            // The message names the file.
            notes.Add(new(NoteLevel.Error, null, exception.Message));
            return null;
        }
    }

    private sealed record Opened(DataTarget Target, Unchanged Stand, IRestorationDataset? Dataset)
    {
        public IRConStyleException? Problem { get; init; }
    }
}

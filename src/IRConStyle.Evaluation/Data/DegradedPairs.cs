using Microsoft.Extensions.Options;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Evaluation.Data;

/// <summary>Which images are degraded, how, and where to.</summary>
/// <param name="CleanDirectory">The clean images, with those in folders below.</param>
/// <param name="OutputDirectory">Receives the folders <c>degraded</c> and <c>clean</c>.</param>
/// <param name="Degradation">A degradation's name; see <see cref="NamedDegradations"/>.</param>
public sealed record DegradeRequest(string CleanDirectory, string OutputDirectory, string Degradation)
{
    /// <summary>Decides, with each image's name, what is drawn for it.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether every image gets the seed as it is, as noise benchmarks do, instead of a draw of its own.</summary>
    public bool SameSeed { get; init; }

    /// <summary>Told how many images there are.</summary>
    public Action<int>? Planned { get; init; }

    /// <summary>Told of each pair as it is written.</summary>
    public Action<string>? Done { get; init; }
}

/// <summary>
/// Writes pairs of degraded and clean images as PNG files of the same name: what <c>evaluate --degraded</c>, training and
/// other programs read. Values are clamped and rounded to 8 bits, so noise that leaves the range is cut off; measuring with
/// noise as it is published is done in memory instead.
/// </summary>
/// <param name="factory">Builds degradations and opens the folder.</param>
/// <param name="codec">Writes images.</param>
/// <param name="options">Which dataset reads a folder of clean images.</param>
/// <param name="notes">Says how the pairs were made.</param>
public sealed class DegradedPairs(IPipelineFactory factory, IImageCodec codec, IOptions<EvaluationOptions> options, DegradationNotes notes)
{
    /// <summary>The folder of degraded images.</summary>
    public const string DegradedFolder = "degraded";

    /// <summary>The folder of clean images.</summary>
    public const string CleanFolder = "clean";

    /// <summary>The file that says how the pairs were made.</summary>
    public const string NoteFile = "degradation.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes all pairs.</summary>
    /// <param name="request">Which images, how, and where to.</param>
    /// <param name="cancellation">Stops before the next image; what is written stays.</param>
    /// <returns>How many pairs were written.</returns>
    /// <exception cref="IRConStyleException">
    /// The degradation or folder is wrong, an image cannot be read, or a pair would overwrite an original or one that was made
    /// otherwise.
    /// </exception>
    public int Write(DegradeRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequireApart(request);
        var dataset = factory.CreateDataset(
            ComponentOptions.Of(options.Value.CleanDataset, ("Root", request.CleanDirectory), ("CacheMegabytes", 0), ("SeedByName", !request.SameSeed)),
            new ComponentOptions { Name = request.Degradation });
        var files = Enumerable.Range(0, dataset.Count).Select(index => Path.ChangeExtension(dataset.NameOf(index), ".png")).ToList();
        RefuseClashes(dataset, files, PathCase.Comparer);
        RefuseStrangers(request, files);
        WriteNote(request);
        request.Planned?.Invoke(dataset.Count);
        for (var index = 0; index < dataset.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            using var sample = dataset.Load(index, new SampleRequest(request.Seed));
            Write(Path.Combine(request.OutputDirectory, CleanFolder, files[index]), sample.Clean);
            Write(Path.Combine(request.OutputDirectory, DegradedFolder, files[index]), sample.Degraded);
            request.Done?.Invoke(files[index]);
        }

        return dataset.Count;
    }

    private void Write(string path, torch.Tensor image) => codec.Write(path, RasterImage.FromTensor(image));

    /// <summary>No two images may become one file.</summary>
    internal static void RefuseClashes(IRestorationDataset dataset, IReadOnlyList<string> files, StringComparer comparer)
    {
        var first = new Dictionary<string, int>(comparer);
        for (var index = 0; index < files.Count; index++)
            if (!first.TryAdd(files[index], index))
                throw new IRConStyleException(
                    $"{dataset.NameOf(first[files[index]])} and {dataset.NameOf(index)} would both become {files[index]}.", "Rename one of the two.");
    }

    /// <summary>Pairs must neither replace the images they are made of, nor become images of the next run.</summary>
    private static void RequireApart(DegradeRequest request)
    {
        var (input, output) = (request.CleanDirectory, request.OutputDirectory);
        if (Contains(input, output) || new[] { CleanFolder, DegradedFolder }.Any(folder => Contains(Path.Combine(output, folder), input)))
            throw new IRConStyleException(
                $"The pairs would be written to {request.OutputDirectory}, among the images they are made of ({request.CleanDirectory}).",
                "Choose an output folder apart from the input.");

        // Also by other names: links, letter case.
        static bool Contains(string folder, string path) => FileIdentity.AreSame(folder, path) || FileIdentity.IsWithin(path, folder);
    }

    /// <summary>Only pairs are replaced by pairs; what lies there without the note was put there by someone else.</summary>
    private static void RefuseStrangers(DegradeRequest request, IReadOnlyList<string> files)
    {
        if (File.Exists(Path.Combine(request.OutputDirectory, NoteFile)))
            return;
        var stranger = new[] { CleanFolder, DegradedFolder }
            .SelectMany(folder => files.Select(file => Path.Combine(request.OutputDirectory, folder, file))).FirstOrDefault(Path.Exists);
        if (stranger is not null)
            throw new IRConStyleException(
                $"{stranger} exists and would be overwritten; that it is of earlier pairs is not known, since {NoteFile} is missing.",
                "Choose another output folder.");
    }

    /// <summary>A folder whose pairs were made in two ways would be no data set: its note must say the same.</summary>
    private void WriteNote(DegradeRequest request)
    {
        var note = new JsonObject
        {
            ["degradation"] = notes.Describe(new ComponentOptions { Name = request.Degradation }),
            ["seed"] = request.Seed.ToString(CultureInfo.InvariantCulture),
            ["sameSeed"] = request.SameSeed,
        };
        var (path, text) = (Path.Combine(request.OutputDirectory, NoteFile), JsonSerializer.SerializeToUtf8Bytes(note, Json));
        if (File.Exists(path) && !File.ReadAllBytes(path).AsSpan().SequenceEqual(text))
            throw new IRConStyleException(
                $"{request.OutputDirectory} holds pairs that were degraded otherwise ({NoteFile} says how).", "Choose another folder, or remove this one.");
        AtomicFile.Write(path, stream => stream.Write(text));
    }
}

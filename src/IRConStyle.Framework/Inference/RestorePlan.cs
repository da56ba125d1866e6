using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Inference;

/// <summary>One image to restore.</summary>
/// <param name="Input">The degraded image.</param>
/// <param name="Output">Where the restored image goes.</param>
/// <param name="Sheet">Where its before/after sheet goes, if one is wanted.</param>
public sealed record RestoreJob(string Input, string Output, string Sheet);

/// <summary>Which images of the given files and folders are restored, and where to.</summary>
/// <param name="Jobs">What to restore.</param>
/// <param name="Skipped">Files in folders that are no images.</param>
public sealed record RestorePlan(IReadOnlyList<RestoreJob> Jobs, IReadOnlyList<string> Skipped)
{
    private const string Suffix = "_restored";

    /// <summary>Lays out a plan. Nothing is read but directories.</summary>
    /// <param name="inputs">Images and folders; folders are searched with all their subfolders.</param>
    /// <param name="output">
    /// A file for a single image, else a directory; folders keep their structure in it. Null writes beside the input:
    /// <c>photo_restored.png</c> for <c>photo.png</c>, <c>album_restored/</c> for <c>album/</c>.
    /// </param>
    /// <param name="codec">Knows image extensions.</param>
    /// <exception cref="IRConStyleException">An input does not exist, or an output would overwrite an input.</exception>
    public static RestorePlan Make(IReadOnlyList<string> inputs, string? output, IImageCodec codec)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(codec);
        var jobs = new List<RestoreJob>();
        var skipped = new List<string>();
        foreach (var input in inputs)
        {
            if (Directory.Exists(input))
                AddFolder(input, output ?? DefaultFolder(input), codec, jobs, skipped);
            else if (Path.Exists(input))
                jobs.Add(Job(input, OutputOf(input, inputs.Count == 1, output, codec)));
            else
                throw new IRConStyleException($"{input} does not exist.", "Give image files or folders that exist.");
        }

        return jobs.Count > 0
            ? new RestorePlan(Distinct(jobs), skipped)
            : throw new IRConStyleException(
                $"There are no images in {string.Join(", ", inputs)}.",
                $"Images end in {string.Join(", ", codec.Extensions.Order(StringComparer.Ordinal))}.");
    }

    private static RestoreJob Job(string input, string output)
        => new(input, output, Path.ChangeExtension(output, null) + "_compare.png");

    /// <summary>Beside the folder, also when it is named <c>.</c> or <c>..</c>.</summary>
    private static string DefaultFolder(string folder)
        => folder.TrimEnd('/', '\\') is "." or ".." || folder.EndsWith("..", StringComparison.Ordinal)
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Suffix
            : Path.TrimEndingDirectorySeparator(folder) + Suffix;

    private static string OutputOf(string input, bool single, string? output, IImageCodec codec)
    {
        if (output is null)
        {
            var stem = Path.GetFileNameWithoutExtension(input) + Suffix;
            return Path.Combine(Path.GetDirectoryName(input) ?? "", Writable(stem + Path.GetExtension(input), codec));
        }

        var isFile = single && !Directory.Exists(output) && Path.GetExtension(output).Length > 0;
        if (isFile && !codec.WritableExtensions.Contains(Path.GetExtension(output).ToLowerInvariant()))
            throw new IRConStyleException(
                $"{output} cannot be written: images are not written as {Path.GetExtension(output)}.",
                $"Written are {string.Join(", ", codec.WritableExtensions.Order(StringComparer.Ordinal))}; a directory must exist or have no extension.");
        return isFile ? output : Path.Combine(output, Writable(Path.GetFileName(input), codec));
    }

    private static void AddFolder(string folder, string output, IImageCodec codec, List<RestoreJob> jobs, List<string> skipped)
    {
        var source = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)) + Path.DirectorySeparatorChar;
        var isInside = target.StartsWith(source + Path.DirectorySeparatorChar, PathCase.Comparison) && target.Length > source.Length + 1;
        foreach (var file in FilesOf(folder))
        {
            // An output folder inside the input holds results of an earlier run, not images to restore.
            if (isInside && Path.GetFullPath(file).StartsWith(target, PathCase.Comparison))
                continue;
            if (codec.Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
                jobs.Add(Job(file, Path.Combine(output, Writable(Path.GetRelativePath(folder, file), codec))));
            else
                skipped.Add(file);
        }
    }

    private static string[] FilesOf(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException($"{folder} cannot be listed: {exception.Message}", "Make the folder and all below it readable.", exception);
        }
    }

    /// <summary>Formats that are only read (BMP) are written as PNG.</summary>
    private static string Writable(string path, IImageCodec codec)
        => codec.WritableExtensions.Contains(Path.GetExtension(path).ToLowerInvariant()) ? path : Path.ChangeExtension(path, ".png");

    /// <summary>Two inputs must not share an output, and no output may be an input.</summary>
    private static List<RestoreJob> Distinct(List<RestoreJob> jobs)
    {
        var taken = jobs.Select(job => Path.GetFullPath(job.Input)).ToHashSet(PathCase.Comparer);
        foreach (var job in jobs.Where(job => taken.Contains(Path.GetFullPath(job.Output))))
            throw new IRConStyleException($"{job.Output} is one of the inputs and would be overwritten.", "Choose another --output.");
        return jobs.ConvertAll(job => job with { Output = Free(job.Output, taken) })
            .ConvertAll(job => job with { Sheet = Free(job.Sheet, taken) });
    }

    /// <summary>The path, or the first of <c>name_2</c>, <c>name_3</c>, … that nothing else in the plan has.</summary>
    private static string Free(string path, HashSet<string> taken)
    {
        var free = path;
        for (var copy = 2; !taken.Add(Path.GetFullPath(free)); copy++)
            free = Path.Combine(
                Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}_{copy}{Path.GetExtension(path)}");
        return free;
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Inference;

/// <summary>One image to restore.</summary>
/// <param name="Input">The degraded image.</param>
/// <param name="Output">Where the restored image goes.</param>
public sealed record RestoreJob(string Input, string Output);

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
                AddFolder(input, output ?? Path.TrimEndingDirectorySeparator(input) + Suffix, codec, jobs, skipped);
            else if (Path.Exists(input))
                jobs.Add(new RestoreJob(input, OutputOf(input, inputs.Count == 1, output, codec)));
            else
                throw new IRConStyleException($"{input} does not exist.", "Give image files or folders that exist.");
        }

        return new RestorePlan(Distinct(jobs), skipped);
    }

    private static string OutputOf(string input, bool single, string? output, IImageCodec codec)
    {
        if (output is null)
        {
            var stem = Path.GetFileNameWithoutExtension(input) + Suffix;
            return Path.Combine(Path.GetDirectoryName(input) ?? "", Writable(stem + Path.GetExtension(input), codec));
        }

        return single && !Directory.Exists(output) && Path.GetExtension(output).Length > 0
            ? output
            : Path.Combine(output, Writable(Path.GetFileName(input), codec));
    }

    private static void AddFolder(string folder, string output, IImageCodec codec, List<RestoreJob> jobs, List<string> skipped)
    {
        var source = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)) + Path.DirectorySeparatorChar;
        var isInside = target.StartsWith(source + Path.DirectorySeparatorChar, StringComparison.Ordinal) && target.Length > source.Length + 1;
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            // An output folder inside the input holds results of an earlier run, not images to restore.
            if (isInside && Path.GetFullPath(file).StartsWith(target, StringComparison.Ordinal))
                continue;
            if (codec.Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
                jobs.Add(new RestoreJob(file, Path.Combine(output, Writable(Path.GetRelativePath(folder, file), codec))));
            else
                skipped.Add(file);
        }
    }

    /// <summary>Formats that are only read (BMP) are written as PNG.</summary>
    private static string Writable(string path, IImageCodec codec)
        => codec.WritableExtensions.Contains(Path.GetExtension(path).ToLowerInvariant()) ? path : Path.ChangeExtension(path, ".png");

    /// <summary>Two inputs must not share an output, and no output may be an input.</summary>
    private static List<RestoreJob> Distinct(List<RestoreJob> jobs)
    {
        var inputs = jobs.Select(job => Path.GetFullPath(job.Input)).ToHashSet(StringComparer.Ordinal);
        var outputs = new HashSet<string>(StringComparer.Ordinal);
        return jobs.ConvertAll(job =>
        {
            if (inputs.Contains(Path.GetFullPath(job.Output)))
                throw new IRConStyleException(
                    $"{job.Output} is one of the inputs and would be overwritten.", "Choose another --output.");
            var output = job.Output;
            for (var copy = 2; !outputs.Add(Path.GetFullPath(output)); copy++)
                output = Path.Combine(
                    Path.GetDirectoryName(job.Output) ?? "",
                    $"{Path.GetFileNameWithoutExtension(job.Output)}_{copy}{Path.GetExtension(job.Output)}");
            return job with { Output = output };
        });
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Inference;

/// <summary>One image to restore.</summary>
/// <param name="Input">The degraded image.</param>
/// <param name="Output">Where the restored image goes.</param>
/// <param name="Sheet">Where its before/after sheet goes, if one is wanted.</param>
public sealed record RestoreJob(string Input, string Output, string Sheet);

/// <summary>Something about a file or folder that is to be told before the first image.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Text">The end of a sentence that begins with it.</param>
public sealed record RestoreNote(string Path, string Text);

/// <summary>Which images of the given files and folders are restored, and where to.</summary>
/// <param name="Jobs">What to restore.</param>
/// <param name="Skipped">Files in folders that are no images.</param>
public sealed record RestorePlan(IReadOnlyList<RestoreJob> Jobs, IReadOnlyList<string> Skipped)
{
    private const string Suffix = "_restored";

    /// <summary>What else is passed over, and results that could not have the name one would expect.</summary>
    public IReadOnlyList<RestoreNote> Notes { get; init; } = [];

    /// <summary>Folders that could not be listed: their images are missing from the plan.</summary>
    public IReadOnlyList<RestoreNote> Unreadable { get; init; } = [];

    /// <summary>Lays out a plan. Nothing is read but directories.</summary>
    /// <param name="inputs">Images and folders; folders are searched with all their subfolders. A file with two names is restored once.</param>
    /// <param name="output">
    /// A file for a single image, else a directory; folders keep their structure in it. Null writes beside the input:
    /// <c>photo_restored.png</c> for <c>photo.png</c>, <c>album_restored/</c> for <c>album/</c>.
    /// </param>
    /// <param name="codec">Knows image extensions.</param>
    /// <param name="format">The extension of all results, with or without its dot; null keeps each input's, where that can be written.</param>
    /// <exception cref="IRConStyleException">An input does not exist, or an output would overwrite an input.</exception>
    public static RestorePlan Make(IReadOnlyList<string> inputs, string? output, IImageCodec codec, string? format = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(codec);
        var names = new OutputNames(codec, format);
        var found = new Found();
        foreach (var input in inputs)
        {
            if (Directory.Exists(input))
                AddFolder(input, output ?? DefaultFolder(input), names, codec, found);
            else if (Path.Exists(input))
                found.Add(input, OutputOf(input, inputs.Count == 1, output, names));
            else
                throw new IRConStyleException($"{input} does not exist.", "Give image files or folders that exist.");
        }

        if (found.Outputs.Count == 0)
            throw new IRConStyleException(
                $"There are no images in {string.Join(", ", inputs)}{string.Concat(found.Unreadable.Select(note => $"; {note.Path} {note.Text}"))}.",
                $"Images end in {string.Join(", ", codec.Extensions.Order(StringComparer.Ordinal))}.");
        var jobs = OutputNames.Distinct(found.Outputs, found.Notes);
        return new RestorePlan(jobs, found.Skipped) { Notes = found.Notes, Unreadable = found.Unreadable };
    }

    /// <summary>Beside the folder, also when it is named <c>.</c> or <c>..</c>.</summary>
    private static string DefaultFolder(string folder)
        => folder.TrimEnd('/', '\\') is "." or ".." || folder.EndsWith("..", StringComparison.Ordinal)
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Suffix
            : Path.TrimEndingDirectorySeparator(folder) + Suffix;

    private static string OutputOf(string input, bool single, string? output, OutputNames names)
    {
        if (output is null)
            return Path.Combine(
                Path.GetDirectoryName(input) ?? "",
                FileNames.Join(Path.GetFileNameWithoutExtension(input), Suffix + Path.GetExtension(names.Of(input))));

        var isFile = single && !Directory.Exists(output) && Path.GetExtension(output).Length > 0;
        if (isFile)
            names.Require(output);
        else
            RequireFolder(output);
        return isFile ? output : Path.Combine(output, names.Of(Path.GetFileName(input)));
    }

    private static void RequireFolder(string output)
    {
        if (File.Exists(output))
            throw new IRConStyleException($"{output} is a file, and results need a folder.", "Choose another --output, or move the file away.");
    }

    private static void AddFolder(string folder, string output, OutputNames names, IImageCodec codec, Found found)
    {
        RequireFolder(output);
        // An output folder inside the input holds results of an earlier run, not images to restore.
        var content = new FolderWalk { Except = FileIdentity.IsWithin(output, folder) ? output : null }.Walk(folder);
        foreach (var file in content.Files)
        {
            if (codec.Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
                found.Add(file, Path.Combine(output, names.Of(Path.GetRelativePath(folder, file))));
            else
                found.Skipped.Add(file);
        }

        foreach (var entry in content.PassedOver)
            (entry.IsUnreadable ? found.Unreadable : found.Notes).Add(new RestoreNote(entry.Path, entry.Reason));
    }

    /// <summary>What the inputs hold.</summary>
    private sealed class Found
    {
        private readonly Dictionary<string, string> _inputs = new(PathCase.Comparer);

        public List<(string Input, string Output)> Outputs { get; } = [];

        public List<string> Skipped { get; } = [];

        public List<RestoreNote> Notes { get; } = [];

        public List<RestoreNote> Unreadable { get; } = [];

        public void Add(string input, string output)
        {
            if (_inputs.TryAdd(FileIdentity.Of(input), input))
                Outputs.Add((input, output));
            else if (_inputs[FileIdentity.Of(input)] is var first && !string.Equals(first, input, StringComparison.Ordinal))
                Notes.Add(new RestoreNote(input, $"is another name of {first}, which is restored once"));
        }
    }
}

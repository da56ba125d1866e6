using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>The image files of a folder.</summary>
/// <param name="Root">The folder's full path.</param>
/// <param name="Names">Paths below the root with extension and '/' between folders, in ordinal order.</param>
internal sealed record ImageFolder(string Root, IReadOnlyList<string> Names)
{
    /// <summary>Lists a folder.</summary>
    /// <param name="path">The option's value.</param>
    /// <param name="baseDirectory">Where a relative path begins.</param>
    /// <param name="option">The option, for messages.</param>
    /// <param name="recursive">Whether to look into folders below.</param>
    /// <param name="extensions">Lower case with the dot.</param>
    /// <exception cref="IRConStyleException">The folder is missing, cannot be read or holds no image.</exception>
    public static ImageFolder Open(
        string path, string baseDirectory, string option, bool recursive, IReadOnlySet<string> extensions)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new IRConStyleException($"The dataset's option {option} is empty.", "Set it to a folder of images.");
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, baseDirectory));
        if (!Directory.Exists(root))
            throw new IRConStyleException($"The dataset's option {option} names {root}, which is not a folder.", "Set it to a folder of images.");

        // An unreadable folder below must not shrink the dataset in silence.
        var enumeration = new EnumerationOptions { RecurseSubdirectories = recursive, IgnoreInaccessible = false };
        string[] names;
        try
        {
            names = [.. Directory.EnumerateFiles(root, "*", enumeration)
                .Where(file => extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
                .Select(file => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'))
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException($"{root} (option {option}) cannot be listed: {exception.Message}", "Check the folder's permissions.", exception);
        }

        if (names.Length == 0)
            throw new IRConStyleException(
                $"{root} (option {option}) holds no image{(recursive ? "" : " directly; Recursive is off")}.",
                $"Image files end in {string.Join(", ", extensions.Order(StringComparer.Ordinal))}.");
        return new ImageFolder(root, names);
    }

    /// <summary>The full path of a file.</summary>
    public string PathOf(string name) => Path.Combine(Root, name);
}

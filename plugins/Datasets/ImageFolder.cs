using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>The image files of a folder.</summary>
/// <param name="Root">The folder's full path.</param>
/// <param name="Names">Paths below the root with extension and '/' between folders, in ordinal order.</param>
internal sealed record ImageFolder(string Root, IReadOnlyList<string> Names)
{
    /// <summary>Lists a folder.</summary>
    /// <param name="path">The option's value.</param>
    /// <param name="option">The option, for messages.</param>
    /// <param name="recursive">Whether to look into folders below.</param>
    /// <param name="context">Where a relative path begins, and the reader that knows images.</param>
    /// <param name="findings">Receives unreadable folders, and what else is passed over.</param>
    /// <exception cref="IRConStyleException">The folder is missing, cannot be read or holds no image.</exception>
    public static ImageFolder Open(string path, string option, bool recursive, DatasetContext context, Findings findings)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new IRConStyleException($"The dataset's option {option} is empty.", "Set it to a folder of images.");
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, context.BaseDirectory));
        if (!Directory.Exists(root))
            throw new IRConStyleException($"The dataset's option {option} names {root}, which is not a folder.", "Set it to a folder of images.");

        var listing = context.Images.List(root, recursive);
        if (listing.Names.Count == 0)
            throw Empty(root, option, recursive, listing, context.Images.Extensions);
        findings.Add(listing.Findings);
        if (listing.HasImagesBelow)
            findings.PassOver([root], $"holds images in folders below, which {nameof(FolderOptions.Recursive)}=false passes over");
        return new ImageFolder(root, listing.Names);
    }

    private static IRConStyleException Empty(string root, string option, bool recursive, ImageListing listing, IReadOnlySet<string> extensions)
    {
        var endings = $"Image files end in {string.Join(", ", extensions.Order(StringComparer.Ordinal))}.";
        if (listing.HasImagesBelow)
            return new IRConStyleException(
                $"{root} (option {option}) holds images only in folders below, and {nameof(FolderOptions.Recursive)} is off.",
                $"Set {nameof(FolderOptions.Recursive)} to true, or name one of those folders.");
        return new IRConStyleException(
            $"{root} (option {option}) holds no image{(recursive ? "" : ", nor do folders below")}"
                + string.Concat(listing.Findings.Select(finding => $"; {finding.File} {finding.Problem}")) + ".",
            endings);
    }

    /// <summary>The full path of a file.</summary>
    public string PathOf(string name) => Path.Combine(Root, name);
}

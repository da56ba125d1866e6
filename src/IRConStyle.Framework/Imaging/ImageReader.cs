using System.Collections.Concurrent;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IRConStyle.Framework.Imaging;

/// <summary>Reads image files for datasets through the codec, and logs once what is to be known of a file.</summary>
/// <param name="codec">Reads the files.</param>
/// <param name="logger">Receives the codec's notes as warnings; null for none.</param>
public sealed partial class ImageReader(IImageCodec codec, ILogger<ImageReader>? logger = null) : IImageReader
{
    private readonly ILogger _logger = logger ?? (ILogger)NullLogger.Instance;
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlySet<string> Extensions => codec.Extensions;

    /// <inheritdoc/>
    public DecodedImage Read(string path)
    {
        var image = codec.Read(path);
        // An image that does not stay in memory is read again in every epoch.
        if (image.Notes.Count > 0 && _told.TryAdd(path, true))
            foreach (var note in image.Notes)
                LogNote(_logger, path, note);
        return image.WithoutAlpha();
    }

    /// <inheritdoc/>
    public (int Width, int Height) ReadSize(string path) => codec.ReadSize(path);

    /// <inheritdoc/>
    public ImageListing List(string folder, bool recursive)
    {
        var content = new FolderWalk { Recursive = recursive, Hidden = false }.Walk(folder);
        foreach (var missing in content.PassedOver.Where(entry => entry.IsUnreadable && _told.TryAdd(entry.Path, true)))
            LogUnreadable(_logger, missing.Path, missing.Reason);
        return new ImageListing(
            [.. Images(content.Files).Select(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/')).Order(StringComparer.Ordinal)],
            [.. content.PassedOver.Select(entry => new DatasetFinding(entry.Path, entry.Reason, entry.IsUnreadable))],
            !recursive && Images(new FolderWalk { Hidden = false }.Walk(folder).Files).Skip(Images(content.Files).Count()).Any());
    }

    private IEnumerable<string> Images(IEnumerable<string> files)
        => files.Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()));

    [LoggerMessage(LogLevel.Warning, "{Path} {Reason}. Its images are missing from the dataset.")]
    private static partial void LogUnreadable(ILogger logger, string path, string reason);

    [LoggerMessage(LogLevel.Warning, "{Path}: {Note}.")]
    private static partial void LogNote(ILogger logger, string path, string note);
}

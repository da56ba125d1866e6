using System.Collections.Concurrent;
using IRConStyle.Abstractions;
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

    [LoggerMessage(LogLevel.Warning, "{Path}: {Note}.")]
    private static partial void LogNote(ILogger logger, string path, string note);
}

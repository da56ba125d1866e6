using System.Collections.Concurrent;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>An image in managed memory, which needs no disposing and can be read by any thread.</summary>
/// <param name="Pixels">3×H×W, 0 to 255.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
internal sealed record DecodedImage(byte[] Pixels, int Height, int Width);

/// <summary>
/// Decodes images and keeps them while they fit the budget. Nothing is ever evicted: epochs visit images in random order
/// without repetition, so whatever stays is used once an epoch, whereas replacing the oldest would mostly drop what is
/// needed next.
/// </summary>
/// <param name="reader">Decodes files.</param>
/// <param name="budget">Bytes of pixels to keep.</param>
internal sealed class ImageCache(IImageReader reader, long budget)
{
    private readonly ConcurrentDictionary<string, DecodedImage> _kept = new(StringComparer.Ordinal);
    private long _used;

    public DecodedImage Get(string path)
    {
        if (_kept.TryGetValue(path, out var image))
            return image;
        image = Decode(path);
        if (Interlocked.Add(ref _used, image.Pixels.Length) > budget || !_kept.TryAdd(path, image))
            Interlocked.Add(ref _used, -image.Pixels.Length);
        return image;
    }

    private DecodedImage Decode(string path)
    {
        using var decoded = reader.ReadRgb(path);
        using var contiguous = decoded.contiguous();
        return new DecodedImage(contiguous.bytes.ToArray(), (int)contiguous.shape[1], (int)contiguous.shape[2]);
    }
}

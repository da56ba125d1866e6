using System.Collections.Concurrent;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>
/// Decodes images and keeps them while they fit the budget. Nothing is ever evicted: epochs visit images in random order
/// without repetition, so whatever stays is used once an epoch, whereas replacing the oldest would mostly drop what is
/// needed next. What does not fit goes to the store, if there is one.
/// </summary>
/// <param name="reader">Decodes files.</param>
/// <param name="budget">Bytes of samples to keep.</param>
/// <param name="store">Where decoded pixels lie on disk; null decodes again what does not fit.</param>
internal sealed class ImageCache(IImageReader reader, long budget, PixelStore? store = null)
{
    private readonly ConcurrentDictionary<string, KeptImage> _kept = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lock> _decoding = new(StringComparer.Ordinal);
    private long _used;

    /// <summary>The cache that options ask for; a dataset that is only inspected shows each image once and keeps none.</summary>
    public static ImageCache Open(FolderOptions options, DatasetContext context)
        => context.IsInspection
            ? new ImageCache(context.Images, budget: 0)
            : new ImageCache(
                context.Images,
                (long)options.CacheMegabytes << 20,
                string.IsNullOrWhiteSpace(options.StoreDirectory) ? null : PixelStore.Open(options.StoreDirectory, context.BaseDirectory));

    /// <summary>An image by its full path; the caller disposes it.</summary>
    /// <exception cref="IRConStyleException">The file cannot be decoded, or the store not be written.</exception>
    public IPixels Get(string path)
    {
        if (_kept.TryGetValue(path, out var image))
            return image;
        if (store is null)
            return Kept(path, new KeptImage(reader.Read(path)));
        if (Stored(path, store) is { } stored)
            return stored;

        // Sub-images of one image are wanted by several threads at once; it is still decoded once.
        lock (_decoding.GetOrAdd(path, _ => new Lock()))
            return _kept.TryGetValue(path, out image) ? image : Stored(path, store) ?? (IPixels)Added(path, store);
    }

    private IPixels? Stored(string path, PixelStore store)
    {
        if (store.TryOpen(path, () => Added(path, store).Image) is not { } stored)
            return null;
        if (!TryReserve(stored.Bytes))
            return stored;
        // An earlier run decoded it, and now it fits into memory.
        using (stored)
            if (stored.TryReadAll() is { } image && new KeptImage(image) is var kept && _kept.TryAdd(path, kept))
                return kept;
        Interlocked.Add(ref _used, -stored.Bytes);
        return null;
    }

    private KeptImage Added(string path, PixelStore store)
    {
        var stamp = SourceStamp.Of(path);
        var image = new KeptImage(reader.Read(path));
        if (!IsKept(path, image))
            store.Write(path, stamp, image.Image);
        return image;
    }

    private KeptImage Kept(string path, KeptImage image)
    {
        IsKept(path, image);
        return image;
    }

    private bool IsKept(string path, KeptImage image)
    {
        var bytes = image.Image.Samples.Length;
        if (!TryReserve(bytes))
            return false;
        if (_kept.TryAdd(path, image))
            return true;
        Interlocked.Add(ref _used, -bytes);
        return true;
    }

    private bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= budget)
            return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }
}

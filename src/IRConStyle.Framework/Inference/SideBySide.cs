using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Inference;

/// <summary>Several workers with one network: small images are restored side by side, large ones each on all threads.</summary>
/// <param name="restorer">Restores them.</param>
/// <param name="workers">How many workers there are, each on a thread with its share of libtorch's threads.</param>
internal sealed class SideBySide(ImageRestorer restorer, int workers) : IDisposable
{
    /// <summary>How soon a worker that waits notices that its image is no longer wanted.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly ReaderWriterLockSlim _places = new();

    /// <summary>Waits until an image may be restored.</summary>
    /// <param name="image">Of what size it is decides.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>To be disposed of on the same thread.</returns>
    public Place Enter(RasterImage image, CancellationToken cancellation)
    {
        var small = restorer.IsSmall(image.Height, image.Width, workers);
        while (!(small ? _places.TryEnterReadLock(Patience) : _places.TryEnterWriteLock(Patience)))
            cancellation.ThrowIfCancellationRequested();
        return new Place(this, small);
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    /// <summary>A worker's turn.</summary>
    internal readonly struct Place(SideBySide owner, bool small) : IDisposable
    {
        /// <inheritdoc cref="ImageRestorer.Restore(RasterImage, Action{double}?, CancellationToken)"/>
        public RestoredImage Restore(RasterImage image, Action<double>? progress, CancellationToken cancellation)
        {
            var restorer = owner.Restorer;
            return WorkerThreads.With(small ? 1 : owner.Workers, () => restorer.Restore(image, progress, cancellation));
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (small)
                owner._places.ExitReadLock();
            else
                owner._places.ExitWriteLock();
        }
    }

    private ImageRestorer Restorer => restorer;

    private int Workers => workers;
}

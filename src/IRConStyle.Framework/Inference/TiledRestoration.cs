using IRConStyle.Abstractions;
using IRConStyle.Framework.Tiling;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Inference;

/// <summary>
/// One image in tiles. Nothing of the network ever has the size of the whole image: its latents and what blocks take of a whole
/// feature map are means over parts spread over the image, the same for all tiles, and its feature maps are each tile's
/// own. Tiles fade into each other.
/// </summary>
internal sealed class TiledRestoration(PieceRestorer pieces, TileSource image, TileGrid grid, RestoreCall call)
{
    /// <summary>Parts along each side that latents and statistics are taken from.</summary>
    private const int PartsAlong = 4;

    /// <summary>Share of the image that they are together, but with sides from the least to the largest.</summary>
    private const double PartsShare = 0.05;

    private const int LeastPart = 64, LargestPart = 512;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, Tensor> _finished = [];
    private int _next = -1;
    private int _joined;

    /// <summary>Restores.</summary>
    /// <param name="workers">How many tiles at a time.</param>
    /// <returns>C×H×W float32 on the CPU, in the caller's scope.</returns>
    public Tensor Run(int workers)
    {
        using var scope = NewDisposeScope();
        var result = zeros([image.Channels, image.Height, image.Width], ScalarType.Float32);
        var latents = MeanLatents();
        using var statistics = new ImageStatistics();
        CollectStatistics(statistics, latents);
        try
        {
            WorkerThreads.Run(workers, () => Work(result, latents, statistics));
        }
        finally
        {
            foreach (var left in _finished.Values)
                left.Dispose();
        }

        return result.MoveToOuterDisposeScope();
    }

    private void Work(Tensor result, Tensor[]? latents, ImageStatistics statistics)
    {
        using var inference = inference_mode();
        using var shared = statistics.Use();
        int index;
        while ((index = Interlocked.Increment(ref _next)) < grid.Count)
        {
            try
            {
                call.Cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var restored = pieces.Restore(image.Cut(grid[index]), latents);
                Join(index, restored.squeeze(0).mul_(grid.Weights(index)).DetachFromDisposeScope(), result);
            }
            catch
            {
                // The others stop after the tile they are at.
                Interlocked.Exchange(ref _next, grid.Count);
                throw;
            }
        }
    }

    /// <summary>Adds tiles in their order, whoever is ready first, so that sums do not depend on it.</summary>
    private void Join(int index, Tensor weighted, Tensor result)
    {
        lock (_lock)
        {
            _finished.Add(index, weighted);
            while (_finished.Remove(_joined, out var tile))
            {
                using var scope = NewDisposeScope();
                var place = grid[_joined];
                var (height, width) = (Math.Min(place.Height, image.Height - place.Top), Math.Min(place.Width, image.Width - place.Left));
                result.narrow(1, place.Top, height).narrow(2, place.Left, width).add_(tile.narrow(1, 0, height).narrow(2, 0, width));
                tile.Dispose();
                _joined++;
                call.Progress?.Invoke((double)_joined / grid.Count);
            }
        }
    }

    /// <summary>Encoding everything for the latents alone would cost a fifth of restoring it.</summary>
    private Tensor[]? MeanLatents()
    {
        Tensor[]? sums = null;
        foreach (var part in Parts())
        {
            using var scope = NewDisposeScope();
            call.Cancellation.ThrowIfCancellationRequested();
            if (pieces.Latents(image.Cut(part)) is not { } latents)
                return null;
            sums = [.. (sums is null ? latents : sums.Zip(latents, (sum, latent) => sum + latent)).Select(sum => sum.MoveToOuterDisposeScope())];
        }

        return [.. sums!.Select(sum => sum.div_(PartsAlong * PartsAlong))];
    }

    /// <summary>One part tells a network that takes none.</summary>
    private void CollectStatistics(ImageStatistics statistics, Tensor[]? latents)
    {
        using var collecting = statistics.Collect();
        foreach (var part in Parts())
        {
            using var scope = NewDisposeScope();
            call.Cancellation.ThrowIfCancellationRequested();
            pieces.Pass(image.Cut(part), latents);
            if (statistics.IsEmpty)
                return;
        }
    }

    /// <summary>Evenly spread over the image, a small share of it, and none larger than a tile, which is what memory holds, or than the least part.</summary>
    private IEnumerable<Tile> Parts()
    {
        var largest = Math.Clamp(Math.Min(grid[0].Height, grid[0].Width), LeastPart, LargestPart);
        var side = Math.Clamp(Math.Sqrt(image.Height * image.Width * PartsShare) / PartsAlong, LeastPart, largest);
        var (height, width) = (PartSide(image.Height, side), PartSide(image.Width, side));
        for (var row = 0; row < PartsAlong; row++)
            for (var column = 0; column < PartsAlong; column++)
                yield return new Tile(Place(row, image.Height, height), Place(column, image.Width, width), height, width);
    }

    /// <summary>A multiple, so that the parts' feature maps are whole; extended where the image is smaller.</summary>
    private long PartSide(long whole, double part) => ImagePadding.RoundUp(Math.Min((long)part, whole), pieces.TileMultiple);

    private static long Place(int index, long whole, long part) => Math.Max(0, (whole - part) * index / (PartsAlong - 1));
}

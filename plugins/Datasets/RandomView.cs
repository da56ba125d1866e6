using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>Draws what part of an image a sample shows.</summary>
internal static class RandomView
{
    /// <summary>
    /// Draws a view. A function of the request alone: a <see cref="SplitMix64"/> stream of the seed gives, in this order, the patch's top
    /// and left (when a patch is asked for), then horizontal flip, vertical flip and transposition, each with probability
    /// one half (when augmenting). A patch larger than the image begins at its upper left corner.
    /// </summary>
    public static ImageView Draw(int height, int width, SampleRequest request)
    {
        var random = new Draws(request.Seed);
        var (top, left, rows, columns) = (0, 0, height, width);
        if (request.PatchSize is { } patch)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patch, nameof(request));
            (top, left) = (random.Below(Math.Max(0, height - patch) + 1), random.Below(Math.Max(0, width - patch) + 1));
            (rows, columns) = (patch, patch);
        }

        return request.Augment
            ? new ImageView(top, left, rows, columns, random.Coin(), random.Coin(), random.Coin())
            : new ImageView(top, left, rows, columns);
    }

    /// <summary>Draws from a seed's stream, one after the other.</summary>
    private struct Draws(ulong seed)
    {
        private ulong _position;

        public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

        public bool Coin() => Next() >> 63 == 0;

        private ulong Next() => SplitMix64.At(seed, _position++);
    }
}

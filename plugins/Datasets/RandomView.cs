using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>Draws what part of an image a sample shows.</summary>
internal static class RandomView
{
    /// <summary>
    /// Draws a view. A function of the request alone: a SplitMix64 stream of the seed gives, in this order, the patch's top
    /// and left (when a patch is asked for), then horizontal flip, vertical flip and transposition, each with probability
    /// one half (when augmenting).
    /// </summary>
    public static ImageView Draw(int height, int width, SampleRequest request, string file)
    {
        var random = new SplitMix64(request.Seed);
        var (top, left, rows, columns) = (0, 0, height, width);
        if (request.PatchSize is { } patch)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patch, nameof(request));
            if (height < patch || width < patch)
                throw new IRConStyleException(
                    $"{file} is {width}×{height} pixels, smaller than the patch of {patch}×{patch}.",
                    "Use a smaller patch size or remove the image.");
            (top, left) = (random.Below(height - patch + 1), random.Below(width - patch + 1));
            (rows, columns) = (patch, patch);
        }

        return request.Augment
            ? new ImageView(top, left, rows, columns, random.Coin(), random.Coin(), random.Coin())
            : new ImageView(top, left, rows, columns);
    }

    // Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
    private struct SplitMix64(ulong state)
    {
        public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

        public bool Coin() => Next() >> 63 == 0;

        private ulong Next()
        {
            var value = state += 0x9E3779B97F4A7C15UL;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return value ^ (value >> 31);
        }
    }
}

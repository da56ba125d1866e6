namespace IRConStyle.Plugins.Degradations;

/// <summary>
/// Adds white Gaussian noise. With a fixed level and seed 0 the result is, bit for bit, the test image of the IRConStyle
/// code: NumPy's legacy generator seeded with 0 for every image, <c>normal(0, sigma / 255)</c> drawn in H×W×C order with
/// RGB last, added in double precision, rounded once to float32, neither clipped nor rounded to 8 bits.
/// </summary>
/// <remarks>A random level comes from a generator of its own, so that the noise pattern of a seed is the same at every level.</remarks>
/// <param name="options">The noise level.</param>
public sealed class GaussianNoise(GaussianNoiseOptions options) : PixelDegradation
{
    // Any constant does; it only keeps the level apart from what the seed means to others.
    private const ulong LevelStream = 0x5369676D614C766CUL;

    /// <summary>The noise level that a seed gets, on the scale 0 to 255.</summary>
    internal double LevelFor(ulong seed)
    {
        if (options.Sigma is { } only)
            return only;
        var drawn = (RandomStream.Mix(seed ^ LevelStream) >> 11) * (1.0 / (1UL << 53));
        return options.SigmaChoices is { Length: > 0 } choices
            ? choices[(int)(drawn * choices.Length)]
            : options.SigmaMin + (options.SigmaMax - options.SigmaMin) * drawn;
    }

    /// <summary>Up to 32 bits a seed starts the generator as NumPy's <c>RandomState(seed)</c> does; a longer one is mixed down.</summary>
    private protected override void Degrade(ReadOnlySpan<float> clean, Span<float> degraded, PlaneSize size, ulong seed)
    {
        clean.CopyTo(degraded);
        AddNoise(degraded, size.Channels, LevelFor(seed) / 255, Fold(seed));
    }

    private static void AddNoise(Span<float> image, int channels, double scale, uint seed)
    {
        if (scale == 0)
            return;
        var random = new NumpyRandom(seed);
        var plane = image.Length / channels;
        for (var pixel = 0; pixel < plane; pixel++)
            for (var at = pixel; at < image.Length; at += plane)
                image[at] = (float)(image[at] + scale * random.NextGaussian());
    }

    private static uint Fold(ulong seed) => seed <= uint.MaxValue ? (uint)seed : (uint)(RandomStream.Mix(seed) >> 32);
}

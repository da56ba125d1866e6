using System.Runtime.InteropServices;
using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Degradations;

/// <summary>
/// Adds white Gaussian noise. With a fixed level and seed 0 the result is, bit for bit, the test image of the IRConStyle
/// code: NumPy's legacy generator seeded with 0 for every image, <c>normal(0, sigma / 255)</c> drawn in H×W×C order with
/// RGB last, added in double precision, rounded once to float32, neither clipped nor rounded to 8 bits.
/// </summary>
/// <remarks>A random level comes from a generator of its own, so that the noise pattern of a seed is the same at every level.</remarks>
public sealed class GaussianNoise : IDegradation
{
    // Any constant does; it only keeps the level apart from what the seed means to others.
    private const ulong LevelStream = 0x5369676D614C766CUL;

    private readonly double _lowest;
    private readonly double _highest;

    /// <summary>Creates the degradation.</summary>
    /// <param name="options">The noise level.</param>
    /// <exception cref="IRConStyleException">SigmaMin is above SigmaMax.</exception>
    public GaussianNoise(GaussianNoiseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Sigma is null && options.SigmaMin > options.SigmaMax)
            throw new IRConStyleException(
                $"gaussian-noise: SigmaMin {options.SigmaMin} is above SigmaMax {options.SigmaMax}.",
                "Set SigmaMin to at most SigmaMax, or set Sigma for one fixed level.");
        _lowest = options.Sigma ?? options.SigmaMin;
        _highest = options.Sigma ?? options.SigmaMax;
    }

    /// <summary>Adds noise. Safe to call from several threads at once.</summary>
    /// <param name="clean">C×H×W float32 on the CPU, in [0,1]; not changed.</param>
    /// <param name="seed">
    /// Up to 32 bits it seeds the generator as NumPy's <c>RandomState(seed)</c> does; a longer one is mixed down to 32 bits.
    /// </param>
    /// <returns>C×H×W float32, owned by the caller, not clipped.</returns>
    /// <exception cref="ArgumentException">The tensor is not C×H×W float32 on the CPU.</exception>
    public torch.Tensor Apply(torch.Tensor clean, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(clean);
        if (clean.dim() != 3 || clean.dtype != torch.ScalarType.Float32 || clean.device_type != DeviceType.CPU)
            throw new ArgumentException($"Expected C×H×W float32 on the CPU, got {clean.dim()} dimensions of {clean.dtype} on {clean.device}.", nameof(clean));

        using var scope = torch.NewDisposeScope();
        var degraded = torch.empty(clean.shape, dtype: torch.float32).copy_(clean);
        AddNoise(MemoryMarshal.Cast<byte, float>(degraded.bytes), (int)clean.shape[0], LevelFor(seed) / 255, Fold(seed));
        return degraded.MoveToOuterDisposeScope();
    }

    /// <summary>The noise level that a seed gets, on the scale 0 to 255.</summary>
    internal double LevelFor(ulong seed) =>
        _highest > _lowest ? _lowest + (_highest - _lowest) * (Mix(seed ^ LevelStream) >> 11) * (1.0 / (1UL << 53)) : _lowest;

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

    private static uint Fold(ulong seed) => seed <= uint.MaxValue ? (uint)seed : (uint)(Mix(seed) >> 32);

    // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15UL;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}

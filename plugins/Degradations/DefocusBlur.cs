using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Options of <see cref="DefocusBlur"/>.</summary>
public sealed class DefocusBlurOptions
{
    /// <summary>The smallest radius of the disc in pixels; default 0.5, which is all but sharp.</summary>
    [Range(0.0, 50.0)]
    [AtMost(nameof(RadiusMax))]
    public double RadiusMin { get; set; } = 0.5;

    /// <summary>The largest radius of the disc in pixels; default 4.</summary>
    [Range(0.0, 50.0)]
    public double RadiusMax { get; set; } = 4;
}

/// <summary>
/// Blur of a lens out of focus: geometrical optics spreads each point over an even disc, the circle of confusion (Pentland,
/// "A New Sense for Depth of Field", IEEE TPAMI 1987). A pixel at the rim counts by the part of it that the disc covers.
/// </summary>
/// <param name="options">How far out of focus.</param>
public sealed class DefocusBlur(DefocusBlurOptions options) : PixelDegradation
{
    private const int Samples = 8;

    /// <summary>The kernel that a seed gets.</summary>
    internal BlurKernel KernelFor(ulong seed) => Disc(new RandomStream(seed).Between(options.RadiusMin, options.RadiusMax));

    private protected override void Degrade(ReadOnlySpan<float> clean, Span<float> degraded, PlaneSize size, ulong seed)
        => KernelFor(seed).Apply(clean, degraded, size);

    private static BlurKernel Disc(double radius)
    {
        var reach = (int)Math.Ceiling(radius + 0.5);
        var side = 2 * reach + 1;
        var weights = new double[side * side];
        for (var at = 0; at < weights.Length; at++)
            weights[at] = Covered(at % side - reach, at / side - reach, radius);
        // A disc smaller than the distance of the samples is the pixel itself.
        if (weights.All(weight => weight == 0))
            weights[weights.Length / 2] = 1;
        return new BlurKernel(weights);
    }

    private static double Covered(int x, int y, double radius)
    {
        var inside = 0;
        for (var i = 0; i < Samples; i++)
            for (var j = 0; j < Samples; j++)
            {
                var (dx, dy) = (x - 0.5 + (i + 0.5) / Samples, y - 0.5 + (j + 0.5) / Samples);
                if (dx * dx + dy * dy <= radius * radius)
                    inside++;
            }

        return inside;
    }
}

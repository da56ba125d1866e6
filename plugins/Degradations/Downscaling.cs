using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Options of <see cref="Downscaling"/>.</summary>
public sealed class DownscalingOptions
{
    /// <summary>The smallest factor by which width and height shrink; default 1.5.</summary>
    [Range(1.0, 64.0)]
    [AtMost(nameof(FactorMax))]
    public double FactorMin { get; set; } = 1.5;

    /// <summary>The largest factor; default 4.</summary>
    [Range(1.0, 64.0)]
    public double FactorMax { get; set; } = 4;
}

/// <summary>
/// Loss of resolution: the image is made smaller and brought back to its size, both by Keys' cubic convolution ("Cubic
/// Convolution Interpolation for Digital Image Processing", IEEE TASSP 1981, a = −1/2) with antialiasing, as super-resolution
/// benchmarks do by MATLAB's <c>imresize</c>.
/// </summary>
/// <param name="options">How much smaller.</param>
public sealed class Downscaling(DownscalingOptions options) : PixelDegradation
{
    private protected override void Degrade(ReadOnlySpan<float> clean, Span<float> degraded, PlaneSize size, ulong seed)
    {
        var factor = new RandomStream(seed).Between(options.FactorMin, options.FactorMax);
        var small = size with { Height = Shrunk(size.Height, factor), Width = Shrunk(size.Width, factor) };
        var reduced = BicubicResize.Apply(clean, size, small);
        BicubicResize.Apply(reduced, small, size).CopyTo(degraded);
        foreach (ref var value in degraded)
            value = Math.Clamp(value, 0, 1);
    }

    private static int Shrunk(int length, double factor) => Math.Max(1, (int)Math.Round(length / factor));
}

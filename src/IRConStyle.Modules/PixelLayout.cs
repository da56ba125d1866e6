using static TorchSharp.torch;

namespace IRConStyle.Modules;

/// <summary>
/// Between pixels (N×H×W×C, what attention and linear layers work on) and channels-last feature maps (N×C×H×W, what
/// convolutions work on): the same memory seen twice.
/// </summary>
public static class PixelLayout
{
    /// <summary>Pixels as feature maps.</summary>
    /// <param name="pixels">N×H×W×C.</param>
    /// <returns>N×C×H×W, a view, owned by the caller.</returns>
    public static Tensor ToMaps(this Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        return pixels.permute(0, 3, 1, 2);
    }

    /// <summary>Feature maps as pixels; copies only where a layer gave up the layout, as convolutions of some types do.</summary>
    /// <param name="maps">N×C×H×W; disposed.</param>
    /// <returns>N×H×W×C, contiguous, owned by the caller.</returns>
    public static Tensor ToPixels(this Tensor maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        using (maps)
        {
            using var pixels = maps.permute(0, 2, 3, 1);
            return pixels.contiguous();
        }
    }
}

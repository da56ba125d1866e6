using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Plugins.Uformer;

/// <summary>
/// Between pixels (N×H×W×C, what attention and linear layers work on) and channels-last feature maps (N×C×H×W, what
/// convolutions work on): the same memory seen twice.
/// </summary>
internal static class Pixels
{
    /// <param name="pixels">N×H×W×C.</param>
    /// <returns>N×C×H×W, a view, owned by the caller.</returns>
    public static Tensor ToMaps(this Tensor pixels) => pixels.permute(0, 3, 1, 2);

    /// <summary>Copies only where a layer gave up the layout, as convolutions of some types do.</summary>
    /// <param name="maps">N×C×H×W; disposed.</param>
    /// <returns>N×H×W×C, contiguous, owned by the caller.</returns>
    public static Tensor ToPixels(this Tensor maps)
    {
        using (maps)
        {
            using var pixels = maps.permute(0, 2, 3, 1);
            return pixels.contiguous();
        }
    }
}

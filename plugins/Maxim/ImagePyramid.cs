using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Plugins.Maxim;

/// <summary>The image at several scales.</summary>
internal static class ImagePyramid
{
    /// <summary>N, H, W of a level.</summary>
    public static long[] Size(Tensor image, int level) => [image.shape[0], image.shape[1] >> level, image.shape[2] >> level];

    /// <summary>Picks the nearest pixel to the centre of every square of 2^level, the later one of equals.</summary>
    /// <param name="image">N×H×W×C.</param>
    /// <param name="level">How often the sides are halved.</param>
    /// <returns>N×H/2^level×W/2^level×C, contiguous, owned by the caller.</returns>
    public static Tensor Pick(Tensor image, int level)
    {
        var step = 1L << level;
        using var rows = image.slice(1, step / 2, image.shape[1], step);
        using var pixels = rows.slice(2, step / 2, image.shape[2], step);
        return pixels.contiguous();
    }
}

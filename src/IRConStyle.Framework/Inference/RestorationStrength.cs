using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Inference;

/// <summary>Gives back a part of what a restoration removed, and a part of its own of what is fine in it.</summary>
internal static class RestorationStrength
{
    /// <summary>A Gaussian of one pixel: what it takes away is finer than about two.</summary>
    private static readonly float[] Gaussian = [.. Enumerable.Range(-2, 5).Select(x => (float)Math.Exp(-x * x / 2.0))];

    /// <summary>Blends.</summary>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="restored">N×C×H×W.</param>
    /// <param name="strength">Share of the restoration that stays, of what is coarse.</param>
    /// <param name="texture">Share of what was removed and is fine that is given back, unless the strength gives back more.</param>
    /// <returns>N×C×H×W in the current dispose scope; the restored image itself where nothing is given back.</returns>
    public static Tensor Blend(Tensor input, Tensor restored, double strength, double texture)
    {
        var coarse = 1 - strength;
        var fine = Math.Max(coarse, texture);
        if (fine == 0)
            return restored;
        var removed = input - restored;
        var blended = restored + (removed * fine);
        // Both shares of the coarse part: the fine one came with all of it.
        return fine > coarse ? blended - (Blur(removed) * (fine - coarse)) : blended;
    }

    private static Tensor Blur(Tensor image)
    {
        var channels = image.shape[1];
        var line = tensor(Gaussian, image.dtype, image.device);
        line = line / line.sum();
        var rows = line.view(1, 1, -1, 1).expand(channels, 1, Gaussian.Length, 1);
        var extended = nn.functional.pad(image, [2, 2, 2, 2], PaddingModes.Replicate);
        return nn.functional.conv2d(nn.functional.conv2d(extended, rows, groups: channels), rows.transpose(2, 3), groups: channels);
    }
}

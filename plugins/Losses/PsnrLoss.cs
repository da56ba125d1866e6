using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Losses;

/// <summary>Options of <see cref="PsnrLoss"/>.</summary>
public sealed class PsnrLossOptions
{
    /// <summary>Compares luma (BT.601, studio range) instead of the three colours.</summary>
    public bool ToY { get; set; }
}

/// <summary>
/// Minus the peak signal-to-noise ratio: the mean over the images of 10·log₁₀(m + 1e-8), where m is the mean square difference
/// of one image. In dB, from −80 for equal images up to 0 for black against white; less is better. With weight 1 a loss of
/// −40 is a mean PSNR of 40 dB. Its gradient grows as images become alike, and is 0 for equal ones. Source: NAFNet's and HINet's
/// training code (https://github.com/megvii-research/NAFNet).
/// </summary>
/// <param name="options">Colours or luma.</param>
public sealed class PsnrLoss(PsnrLossOptions options) : IRestorationLoss
{
    private const double Epsilon = 1e-8;

    /// <inheritdoc/>
    /// <exception cref="IRConStyleException">The shapes differ, or luma is asked of images without three channels.</exception>
    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean)
    {
        using var scope = torch.NewDisposeScope();
        var difference = Images.Difference(restored, clean);
        if (options.ToY)
            difference = Luma(difference);
        var errors = difference.square().flatten(1).mean([1]);
        return errors.add(Epsilon).log10().mean().mul(10).MoveToOuterDisposeScope();
    }

    /// <summary>Luma of a difference, so the offset 16 cancels.</summary>
    private static torch.Tensor Luma(torch.Tensor difference)
    {
        if (difference.dim() != 4 || difference.shape[1] != 3)
            throw new IRConStyleException(
                $"Luma needs N×3×H×W, the images are {string.Join('×', difference.shape)}.", "Set ToY to false, or train on colour images.");
        return (difference.narrow(1, 0, 1) * 65.481 + difference.narrow(1, 1, 1) * 128.553 + difference.narrow(1, 2, 1) * 24.966) / 255;
    }
}

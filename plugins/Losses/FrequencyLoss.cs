using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Losses;

/// <summary>
/// L1 between the images' spectra: the mean of |real part| and |imaginary part| of the two-dimensional Fourier transform of
/// restored − clean, without normalisation, over all frequencies (Cho et al., "Rethinking Coarse-to-Fine Approach in Single Image
/// Deblurring", MIMO-UNet, ICCV 2021, which adds it to L1 with weight 0.1).
/// </summary>
public sealed class FrequencyLoss : IRestorationLoss
{
    /// <inheritdoc/>
    /// <exception cref="IRConStyleException">The shapes differ.</exception>
    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean)
    {
        using var scope = torch.NewDisposeScope();
        // The transform is linear: one of the difference does for two.
        var spectrum = torch.fft.fft2(Images.Difference(restored, clean));
        return torch.view_as_real(spectrum).abs().mean().MoveToOuterDisposeScope();
    }
}

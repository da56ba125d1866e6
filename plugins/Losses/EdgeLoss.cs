using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Losses;

/// <summary>Options of <see cref="EdgeLoss"/>.</summary>
public sealed class EdgeLossOptions
{
    /// <summary>The difference below which the loss bends; its square is added under the root.</summary>
    [Range(1e-6, 1.0)]
    public double Epsilon { get; set; } = 1e-3;
}

/// <summary>
/// Charbonnier distance of the images' edges: the mean of √(e² + ε²), where e is the first level of the Laplacian pyramid of
/// restored − clean (Zamir et al., "Multi-Stage Progressive Image Restoration", MPRNet, CVPR 2021, which adds it to the
/// Charbonnier loss with weight 0.05). An image's level is the image without what is left of it after blurring, dropping every
/// second row and column, putting zeros in their place, multiplying by 4 and blurring again (Burt and Adelson, 1983).
/// </summary>
/// <param name="options">ε.</param>
public sealed class EdgeLoss(EdgeLossOptions options) : IRestorationLoss
{
    /// <inheritdoc/>
    /// <exception cref="IRConStyleException">The shapes differ.</exception>
    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean)
    {
        using var scope = torch.NewDisposeScope();
        // The pyramid is linear: one of the difference does for two.
        var edges = Edges(Images.Difference(restored, clean));
        return edges.Charbonnier(options.Epsilon * options.Epsilon).mean().MoveToOuterDisposeScope();
    }

    private static torch.Tensor Edges(torch.Tensor image)
    {
        var kept = EverySecond(image.shape[2], image).unsqueeze(1) * EverySecond(image.shape[3], image);
        return image - Blur(Blur(image) * kept * 4);
    }

    /// <summary>1, 0, 1, 0 …</summary>
    private static torch.Tensor EverySecond(long length, torch.Tensor like)
        => torch.arange(1, length + 1, dtype: like.dtype, device: like.device).remainder(2);

    /// <summary>The weights 1/20, 5/20, 8/20, 5/20, 1/20 along both directions; edges are repeated.</summary>
    private static torch.Tensor Blur(torch.Tensor image)
        => Blur(Blur(functional.pad(image, [2, 2, 2, 2], PaddingModes.Replicate), 3), 2);

    private static torch.Tensor Blur(torch.Tensor padded, int dimension)
    {
        torch.Tensor Shifted(int by) => padded.narrow(dimension, by, padded.shape[dimension] - 4);
        return (Shifted(0) + Shifted(4)) * 0.05 + (Shifted(1) + Shifted(3)) * 0.25 + Shifted(2) * 0.4;
    }
}

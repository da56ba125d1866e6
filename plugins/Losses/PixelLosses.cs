using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Losses;

/// <summary>How the values of all elements become one.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Reduction>))]
public enum Reduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum, which grows with batch and image.</summary>
    Sum,
}

/// <summary>Options of losses that work element by element.</summary>
public class ElementLossOptions
{
    /// <summary>Whether the elements' values are averaged or summed.</summary>
    [ReferenceArgument("reduction")]
    public Reduction Reduction { get; set; }
}

/// <summary>Mean or sum over all elements of |restored − clean|.</summary>
/// <param name="options">Mean or sum.</param>
public sealed class L1Loss(ElementLossOptions options) : IRestorationLoss
{
    /// <inheritdoc/>
    /// <exception cref="IRConStyleException">The shapes differ.</exception>
    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean)
    {
        using var scope = torch.NewDisposeScope();
        return Images.Difference(restored, clean).abs().Reduce(options.Reduction).MoveToOuterDisposeScope();
    }
}

/// <summary>Mean or sum over all elements of (restored − clean)².</summary>
/// <param name="options">Mean or sum.</param>
public sealed class MseLoss(ElementLossOptions options) : IRestorationLoss
{
    /// <inheritdoc/>
    /// <exception cref="IRConStyleException">The shapes differ.</exception>
    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean)
    {
        using var scope = torch.NewDisposeScope();
        return Images.Difference(restored, clean).square().Reduce(options.Reduction).MoveToOuterDisposeScope();
    }
}

/// <summary>Options of <see cref="CharbonnierLoss"/>.</summary>
public sealed class CharbonnierOptions : ElementLossOptions
{
    /// <summary>What is added under the root: the square of the difference below which the loss bends; default 1e-12.</summary>
    [Range(1e-20, 1.0)]
    [ReferenceArgument("eps")]
    public double Epsilon { get; set; } = 1e-12;
}

/// <summary>
/// Mean or sum over all elements of √((restored − clean)² + ε), a smooth L1 (Lai et al., "Deep Laplacian Pyramid Networks for
/// Fast and Accurate Super-Resolution", CVPR 2017).
/// </summary>
/// <param name="options">ε, and mean or sum.</param>
public sealed class CharbonnierLoss(CharbonnierOptions options) : IRestorationLoss
{
    /// <inheritdoc/>
    /// <exception cref="IRConStyleException">The shapes differ.</exception>
    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean)
    {
        using var scope = torch.NewDisposeScope();
        return Images.Difference(restored, clean).Charbonnier(options.Epsilon).Reduce(options.Reduction).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Total variation of the restored images: mean or sum of |difference| to the lower neighbour plus that to the right one (Rudin,
/// Osher and Fatemi, 1992). It smooths; the clean images are not looked at.
/// </summary>
/// <param name="options">Mean or sum, over the pairs of each direction.</param>
public sealed class TotalVariationLoss(ElementLossOptions options) : IRestorationLoss
{
    /// <inheritdoc/>
    /// <exception cref="IRConStyleException">The shapes differ, or the images are narrower than two pixels.</exception>
    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean)
    {
        using var scope = torch.NewDisposeScope();
        Images.RequireEqualShapes(restored, clean);
        var (image, height, width) = (restored.AtLeastSingle(), restored.shape[^2], restored.shape[^1]);
        if (height < 2 || width < 2)
            throw new IRConStyleException($"Images of {height}×{width} have no neighbours to compare.", "Use patches of 2×2 pixels or more.");
        var vertical = image.narrow(-2, 0, height - 1) - image.narrow(-2, 1, height - 1);
        var horizontal = image.narrow(-1, 0, width - 1) - image.narrow(-1, 1, width - 1);
        return (horizontal.abs().Reduce(options.Reduction) + vertical.abs().Reduce(options.Reduction)).MoveToOuterDisposeScope();
    }
}

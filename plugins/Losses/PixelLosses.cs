using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch.nn.functional;

namespace IRConStyle.Plugins.Losses;

/// <summary>Mean over all elements of |restored − clean|.</summary>
public sealed class L1Loss : IRestorationLoss
{
    /// <inheritdoc/>
    /// <exception cref="IRConStyleException">The shapes differ.</exception>
    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean)
    {
        Shapes.RequireEqual(restored, clean);
        return l1_loss(restored, clean);
    }
}

/// <summary>Mean over all elements of (restored − clean)².</summary>
public sealed class MeanSquareLoss : IRestorationLoss
{
    /// <inheritdoc/>
    /// <exception cref="IRConStyleException">The shapes differ.</exception>
    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean)
    {
        Shapes.RequireEqual(restored, clean);
        return mse_loss(restored, clean);
    }
}

/// <summary>Options of <see cref="CharbonnierLoss"/>.</summary>
public sealed class CharbonnierOptions
{
    /// <summary>What is added under the root: the square of the difference below which the loss bends; default 1e-12.</summary>
    [Range(1e-20, 1.0)]
    [ReferenceArgument("eps")]
    public double Epsilon { get; set; } = 1e-12;
}

/// <summary>
/// Mean over all elements of √((restored − clean)² + ε), a smooth L1 (Lai et al., "Deep Laplacian Pyramid Networks for
/// Fast and Accurate Super-Resolution", CVPR 2017).
/// </summary>
/// <param name="options">ε.</param>
public sealed class CharbonnierLoss(CharbonnierOptions options) : IRestorationLoss
{
    /// <inheritdoc/>
    /// <exception cref="IRConStyleException">The shapes differ.</exception>
    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean)
    {
        Shapes.RequireEqual(restored, clean);
        using var scope = torch.NewDisposeScope();
        return (restored - clean).square().add(options.Epsilon).sqrt().mean().MoveToOuterDisposeScope();
    }
}

/// <summary>Guards against broadcasting, which would give a number without meaning.</summary>
internal static class Shapes
{
    public static void RequireEqual(torch.Tensor restored, torch.Tensor clean)
    {
        ArgumentNullException.ThrowIfNull(restored);
        ArgumentNullException.ThrowIfNull(clean);
        if (!restored.shape.AsSpan().SequenceEqual(clean.shape))
            throw new IRConStyleException(
                $"The restored images are {string.Join('×', restored.shape)}, the clean ones {string.Join('×', clean.shape)}.",
                "A loss needs two tensors of one shape.");
    }
}

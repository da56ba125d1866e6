using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Losses;

/// <summary>What all losses begin or end with. Tensors made here belong to the caller's dispose scope.</summary>
internal static class Images
{
    /// <summary>restored − clean, in float32 or above.</summary>
    public static torch.Tensor Difference(torch.Tensor restored, torch.Tensor clean)
    {
        RequireEqualShapes(restored, clean);
        return restored.AtLeastSingle() - clean.AtLeastSingle();
    }

    /// <summary>In float32 where the images are in a shorter type, whose few digits would spoil a mean.</summary>
    public static torch.Tensor AtLeastSingle(this torch.Tensor image)
        => image.dtype is torch.ScalarType.Float32 or torch.ScalarType.Float64 ? image : image.to(torch.float32);

    /// <summary>√(x² + ε), whose slope at 0 is 0.</summary>
    public static torch.Tensor Charbonnier(this torch.Tensor difference, double epsilon) => difference.square().add(epsilon).sqrt();

    /// <summary>One value of all elements' values.</summary>
    public static torch.Tensor Reduce(this torch.Tensor elements, Reduction reduction)
        => reduction == Reduction.Sum ? elements.sum() : elements.mean();

    /// <summary>Guards against broadcasting, which would give a number without meaning.</summary>
    public static void RequireEqualShapes(torch.Tensor restored, torch.Tensor clean)
    {
        ArgumentNullException.ThrowIfNull(restored);
        ArgumentNullException.ThrowIfNull(clean);
        if (!restored.shape.AsSpan().SequenceEqual(clean.shape))
            throw new IRConStyleException(
                $"The restored images are {string.Join('×', restored.shape)}, the clean ones {string.Join('×', clean.shape)}.",
                "A loss needs two tensors of one shape.");
    }
}

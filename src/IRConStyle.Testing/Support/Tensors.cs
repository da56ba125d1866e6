using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Support;

/// <summary>Questions to tensors, and how messages call them.</summary>
internal static class Tensors
{
    /// <summary>Whether two tensors agree to the last bit.</summary>
    public static bool AreIdentical(Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        return left.shape.AsSpan().SequenceEqual(right.shape) && left.eq(right).all().item<bool>();
    }

    /// <summary>The largest absolute difference of two tensors of one shape; NaN when there is one in either.</summary>
    public static double Difference(Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        return left.numel() == 0 ? 0 : (left.detach().to(float64) - right.detach().to(float64)).abs().max().item<double>();
    }

    /// <summary>The largest absolute value; 0 of an empty tensor.</summary>
    public static double Peak(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.numel() == 0 ? 0 : tensor.detach().abs().max().to(float64).item<double>();
    }

    public static bool IsFinite(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return isfinite(tensor).all().item<bool>();
    }

    /// <summary>A shape as <c>2×3×24×32</c>.</summary>
    public static string Text(params long[] shape) => shape.Length == 0 ? "a scalar" : string.Join('×', shape);

    public static string Text(Tensor? tensor) => tensor is null ? "null" : Text(tensor.shape);
}

using System.Diagnostics.CodeAnalysis;
using TorchSharp;

namespace IRConStyle.Testing.Support;

/// <summary>What must hold, and what is said when it does not.</summary>
internal static class Require
{
    /// <summary>The difference that batches, threads and gradients may make, as a share of the largest value.</summary>
    private const double Rounding = 1e-5;

    public static void That([DoesNotReturnIf(false)] bool holds, string wrong, string right)
    {
        if (!holds)
            throw new ContractViolationException(wrong, right);
    }

    public static void Shape([NotNull] torch.Tensor? tensor, string what, string right, params long[] expected)
        => That(
            tensor is not null && tensor.shape.AsSpan().SequenceEqual(expected),
            $"{what} is {Tensors.Text(tensor)}, expected is {Tensors.Text(expected)}", right);

    public static void Float32(torch.Tensor tensor, string what)
        => That(tensor.dtype == torch.ScalarType.Float32, $"{what} is {tensor.dtype}", "Return float32, as the input is.");

    public static void Finite(torch.Tensor tensor, string what)
        => That(Tensors.IsFinite(tensor), $"{what} holds NaN or infinity", "Return finite numbers for images in [0,1]; look for divisions by zero and roots at zero.");

    /// <summary>Requires equality to the last bit.</summary>
    public static void Same(torch.Tensor left, torch.Tensor right, string wrong, string remedy) => That(Tensors.AreIdentical(left, right), wrong, remedy);

    /// <summary>Requires equality but for rounding.</summary>
    public static void Close(torch.Tensor left, torch.Tensor right, string wrong, string remedy)
    {
        var difference = Tensors.Difference(left, right);
        That(
            difference <= Rounding * Math.Max(1, Tensors.Peak(right)),
            FormattableString.Invariant($"{wrong}: they differ by {difference:g2}"), remedy);
    }
}

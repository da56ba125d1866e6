using IRConStyle.Abstractions;
using IRConStyle.Testing.Support;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Contracts;

/// <summary>What holds for every <see cref="IContrastiveLoss"/>.</summary>
public static class ContrastiveLossContract
{
    private const int Batch = 4;

    /// <summary>All checks.</summary>
    public static IReadOnlyList<ContractCheck> Checks { get; } = ContractCheck.ListOf<IContrastiveLoss, ComponentUnderTest<IContrastiveLoss>>(
        IsAScalar, HasAFiniteGradient, LeavesNoTensorsBehind);

    /// <summary>The loss of a batch is one finite number.</summary>
    /// <param name="subject">The loss.</param>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public static void IsAScalar(ComponentUnderTest<IContrastiveLoss> subject)
    {
        using var scope = Trial.Begin();
        var loss = Build(subject).Compute(StandIns.Contrast(Batch));
        Require.Shape(loss, "the loss", "Return a scalar: the mean or sum over the batch.");
        Require.That(loss.is_floating_point(), $"the loss is {loss.dtype}", "Return a floating-point scalar.");
        Require.Finite(loss, "the loss");
    }

    /// <summary>A finite gradient reaches the query.</summary>
    /// <inheritdoc cref="IsAScalar"/>
    public static void HasAFiniteGradient(ComponentUnderTest<IContrastiveLoss> subject)
    {
        using var scope = Trial.Begin();
        var output = StandIns.Contrast(Batch);
        var value = Build(subject).Compute(output);
        Require.That(value.requires_grad, "the loss has no gradient", Remedy);
        value.backward();
        Require.That(output.Query.Tensors().Any(tensor => Networks.LargestGradient("the query", tensor) > 0), "the query gets no gradient", Remedy);
    }

    /// <summary>Only the scalar is left of a call.</summary>
    /// <inheritdoc cref="IsAScalar"/>
    public static void LeavesNoTensorsBehind(ComponentUnderTest<IContrastiveLoss> subject)
    {
        using var scope = Trial.Begin();
        var loss = Build(subject);
        var output = StandIns.Contrast(Batch);
        Trial.RequireNothingLeft(() => loss.Compute(output).Dispose(), "Computing the loss");
    }

    private const string Remedy = "Compute it from the query's latents or feature maps, or from the logits, and detach nothing.";

    private static IContrastiveLoss Build(ComponentUnderTest<IContrastiveLoss> subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return subject.Create();
    }
}

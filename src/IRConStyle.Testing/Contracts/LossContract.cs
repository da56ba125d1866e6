using IRConStyle.Abstractions;
using IRConStyle.Testing.Support;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Contracts;

/// <summary>What holds for every <see cref="IRestorationLoss"/>.</summary>
public static class LossContract
{
    /// <summary>All checks.</summary>
    public static IReadOnlyList<ContractCheck> Checks { get; } = ContractCheck.ListOf<IRestorationLoss, ComponentUnderTest<IRestorationLoss>>(
        IsAScalar, GrowsWithTheError, HasAFiniteGradient, LeavesImagesAlone, LeavesNoTensorsBehind);

    /// <summary>The loss of a batch is one finite number.</summary>
    /// <param name="subject">The loss.</param>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public static void IsAScalar(ComponentUnderTest<IRestorationLoss> subject)
    {
        using var scope = Trial.Begin();
        var (restored, clean) = Pair(0.1);
        var loss = Build(subject).Compute(restored, clean);
        Require.Shape(loss, "the loss", "Return a scalar: the mean or sum over the batch.");
        Require.That(loss.is_floating_point(), $"the loss is {loss.dtype}", "Return a floating-point scalar.");
        Require.Finite(loss, "the loss");
    }

    /// <summary>Equal images have the least loss, and more noise a larger one.</summary>
    /// <inheritdoc cref="IsAScalar"/>
    public static void GrowsWithTheError(ComponentUnderTest<IRestorationLoss> subject)
    {
        using var scope = Trial.Begin();
        var loss = Build(subject);
        // Not zero everywhere: Charbonnier has the root of its epsilon, PSNR is −80, total variation that of the image.
        var values = new[] { 0, 0.02, 0.2 }.Select(noise => loss.Compute(Pair(noise).Restored, Pair(noise).Clean).to(float64).item<double>()).ToArray();
        Require.That(
            values[0] < values[1] && values[1] < values[2],
            FormattableString.Invariant($"the loss is {values[0]:g4} of equal images, {values[1]:g4} with little noise and {values[2]:g4} with much"),
            "Less is better: turn the sign, or measure the distance to the clean image.");
    }

    /// <summary>The gradient is finite everywhere, also where images are equal or black, and not zero where they differ.</summary>
    /// <inheritdoc cref="IsAScalar"/>
    public static void HasAFiniteGradient(ComponentUnderTest<IRestorationLoss> subject)
    {
        using var scope = Trial.Begin();
        var loss = Build(subject);
        var (noisy, clean) = Pair(0.1);
        foreach (var (restored, what) in new[] { (clean.clone(), "equal images"), (noisy, "a noisy image"), (zeros_like(clean), "a black image") })
        {
            var value = loss.Compute(restored.requires_grad_(), clean);
            Require.That(value.requires_grad, "the loss has no gradient", "Compute it with tensors, from restored to the result, and detach nothing.");
            value.backward();
            var gradient = Networks.LargestGradient(what, restored);
            Require.That(gradient > 0 || !ReferenceEquals(restored, noisy), "a noisy image gets no gradient", "Let the loss depend on every restored image.");
        }
    }

    /// <summary>Computing changes neither image.</summary>
    /// <inheritdoc cref="IsAScalar"/>
    public static void LeavesImagesAlone(ComponentUnderTest<IRestorationLoss> subject)
    {
        using var scope = Trial.Begin();
        var (restored, clean) = Pair(0.1);
        var (restoredBefore, cleanBefore) = (restored.clone(), clean.clone());
        Build(subject).Compute(restored, clean);
        Require.Same(restored, restoredBefore, "the restored image is changed", Foreign);
        Require.Same(clean, cleanBefore, "the clean image is changed", Foreign);
    }

    /// <summary>Only the scalar is left of a call.</summary>
    /// <inheritdoc cref="IsAScalar"/>
    public static void LeavesNoTensorsBehind(ComponentUnderTest<IRestorationLoss> subject)
    {
        using var scope = Trial.Begin();
        var loss = Build(subject);
        var (restored, clean) = Pair(0.1);
        Trial.RequireNothingLeft(() => loss.Compute(restored, clean).Dispose(), "Computing the loss");
    }

    private const string Foreign = "Use methods without a trailing underscore on what is not yours.";

    private static (Tensor Restored, Tensor Clean) Pair(double noise)
    {
        var clean = Pictures.Smooth(2, 3, 24, 32);
        return (clean + randn_like(clean) * noise, clean);
    }

    private static IRestorationLoss Build(ComponentUnderTest<IRestorationLoss> subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return subject.Create();
    }
}

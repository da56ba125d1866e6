using IRConStyle.Abstractions;
using IRConStyle.Testing.Support;
using TorchSharp;

namespace IRConStyle.Testing.Contracts;

/// <summary>What holds for every <see cref="IMetric"/>, of colour and grey images.</summary>
public static class MetricContract
{
    // Large enough for the coarsest of five scales.
    private const int Height = 176, Width = 192;

    /// <summary>All checks.</summary>
    public static IReadOnlyList<ContractCheck> Checks { get; } = ContractCheck.ListOf<IMetric, ComponentUnderTest<IMetric>>(
        PrefersTheBetterImage, GivesTheSameTwice, RefusesTwoSizes, LeavesImagesAlone, LeavesNoTensorsBehind, WorksOnSeveralThreads);

    /// <summary>Equal images score best in the metric's direction, and more noise scores worse.</summary>
    /// <param name="subject">The metric.</param>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public static void PrefersTheBetterImage(ComponentUnderTest<IMetric> subject)
    {
        using var scope = Trial.Begin();
        var metric = Build(subject);
        var sign = metric.Direction == MetricDirection.HigherIsBetter ? 1 : -1;
        foreach (var channels in new[] { 1, 3 })
        {
            var values = new[] { 0, 0.05, 0.2 }.Select(noise => Measure(metric, channels, noise)).ToArray();
            Require.That(!values.Any(double.IsNaN), $"the metric of {Kind(channels)} images is NaN", "Return a number; PSNR of equal images is positive infinity.");
            Require.That(
                sign * values[0] > sign * values[1] && sign * values[1] > sign * values[2],
                FormattableString.Invariant(
                    $"Direction is {metric.Direction}, and {Kind(channels)} images score {values[0]:g4} if equal, {values[1]:g4} with little noise and {values[2]:g4} with much"),
                "Turn Direction, or the sign.");
        }
    }

    /// <summary>The same images score the same.</summary>
    /// <inheritdoc cref="PrefersTheBetterImage"/>
    public static void GivesTheSameTwice(ComponentUnderTest<IMetric> subject)
    {
        using var scope = Trial.Begin();
        var metric = Build(subject);
        var (restored, clean) = Pair(3, 0.05);
        var (first, second) = (metric.Measure(restored, clean), metric.Measure(restored, clean));
        Require.That(first.Equals(second), FormattableString.Invariant($"the same images scored {first} and {second}"), "Draw nothing at random, and average over no images.");
    }

    /// <summary>Images of two sizes are an error that the user understands.</summary>
    /// <inheritdoc cref="PrefersTheBetterImage"/>
    public static void RefusesTwoSizes(ComponentUnderTest<IMetric> subject)
    {
        using var scope = Trial.Begin();
        var metric = Build(subject);
        var (upright, lying) = (Pictures.Bytes(Pictures.Smooth(3, Width, Height)), Pictures.Bytes(Pictures.Smooth(3, Height, Width)));
        const string remedy = "Compare the shapes first, and throw IRConStyleException with both.";
        try
        {
            metric.Measure(upright, lying);
        }
        catch (IRConStyleException)
        {
            return;
        }
        catch (Exception exception)
        {
            throw new ContractViolationException($"images of two sizes throw {exception.GetType().Name}", remedy, exception);
        }

        throw new ContractViolationException("images of two sizes are measured", remedy);
    }

    /// <summary>Measuring changes neither image.</summary>
    /// <inheritdoc cref="PrefersTheBetterImage"/>
    public static void LeavesImagesAlone(ComponentUnderTest<IMetric> subject)
    {
        using var scope = Trial.Begin();
        var (restored, clean) = Pair(3, 0.05);
        var (restoredBefore, cleanBefore) = (restored.clone(), clean.clone());
        Build(subject).Measure(restored, clean);
        Require.That(
            Tensors.AreIdentical(restored, restoredBefore) && Tensors.AreIdentical(clean, cleanBefore),
            "measuring changes an image", "Use methods without a trailing underscore on what is not yours.");
    }

    /// <summary>Nothing is left of a call.</summary>
    /// <inheritdoc cref="PrefersTheBetterImage"/>
    public static void LeavesNoTensorsBehind(ComponentUnderTest<IMetric> subject)
    {
        using var scope = Trial.Begin();
        var metric = Build(subject);
        var (restored, clean) = Pair(3, 0.05);
        Trial.RequireNothingLeft(() => metric.Measure(restored, clean), "Measuring", repetitions: 10);
    }

    /// <summary>Calls on several threads at once do not disturb each other.</summary>
    /// <inheritdoc cref="PrefersTheBetterImage"/>
    public static void WorksOnSeveralThreads(ComponentUnderTest<IMetric> subject)
    {
        using var scope = Trial.Begin();
        var metric = Build(subject);
        var (restored, clean) = Pair(3, 0.05);
        double[] expected = [Measure(0), Measure(1)];
        Trial.OnSeveralThreads(thread => Require.That(
            Measure(thread).Equals(expected[thread]), "calls on two threads at once disturb each other", "Keep no state of a call in fields."));

        double Measure(int thread) => metric.Measure(thread == 0 ? restored : clean, clean);
    }

    private static double Measure(IMetric metric, int channels, double noise)
    {
        var (restored, clean) = Pair(channels, noise);
        return metric.Measure(restored, clean);
    }

    private static (torch.Tensor Restored, torch.Tensor Clean) Pair(int channels, double noise)
    {
        var clean = Pictures.Smooth(channels, Height, Width);
        return (Pictures.Bytes(clean + torch.randn_like(clean) * noise), Pictures.Bytes(clean));
    }

    private static string Kind(int channels) => channels == 1 ? "grey" : "colour";

    private static IMetric Build(ComponentUnderTest<IMetric> subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return subject.Create();
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Testing.Support;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Contracts;

/// <summary>What holds for every <see cref="IDegradation"/>.</summary>
public static class DegradationContract
{
    private const ulong Seed = 7, OtherSeed = 8;

    /// <summary>All checks.</summary>
    public static IReadOnlyList<ContractCheck> Checks { get; } = ContractCheck.ListOf<IDegradation, ComponentUnderTest<IDegradation>>(
        DependsOnImageAndSeedAlone, KeepsSizeAndType, LeavesTheImageAlone, LeavesNoTensorsBehind, WorksOnSeveralThreads);

    /// <summary>The same image and seed give the same result: in another instance, after other seeds, whatever libtorch's own random state.</summary>
    /// <param name="subject">The degradation.</param>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public static void DependsOnImageAndSeedAlone(ComponentUnderTest<IDegradation> subject)
    {
        using var scope = Trial.Begin();
        var degradation = Build(subject);
        var image = Pictures.Smooth(3, 33, 47);
        var first = degradation.Apply(image, Seed);
        degradation.Apply(image, OtherSeed);
        random.manual_seed(2);
        Require.Same(degradation.Apply(image, Seed), first, "the same image and seed gave two results", Remedy);
        Require.Same(Build(subject).Apply(image, Seed), first, "another instance gave another result for the same image and seed", Remedy);
    }

    /// <summary>The result is float32 of the image's size, with finite numbers, down to a single pixel.</summary>
    /// <inheritdoc cref="DependsOnImageAndSeedAlone"/>
    public static void KeepsSizeAndType(ComponentUnderTest<IDegradation> subject)
    {
        using var scope = Trial.Begin();
        var degradation = Build(subject);
        foreach (var (height, width) in new[] { (1, 1), (3, 5), (33, 47) })
        {
            var degraded = degradation.Apply(Pictures.Smooth(3, height, width), Seed);
            var what = $"the result for an image of {height}×{width}";
            Require.Shape(degraded, what, "Return C×H×W as the image is.", 3, height, width);
            Require.Float32(degraded, what);
            Require.Finite(degraded, what);
        }
    }

    /// <summary>Neither degrading nor what is done to the result reaches the image.</summary>
    /// <inheritdoc cref="DependsOnImageAndSeedAlone"/>
    public static void LeavesTheImageAlone(ComponentUnderTest<IDegradation> subject)
    {
        using var scope = Trial.Begin();
        var degradation = Build(subject);
        var image = Pictures.Smooth(3, 33, 47);
        var before = image.clone();
        var degraded = degradation.Apply(image, Seed);
        Require.Same(image, before, "degrading changes the clean image", "Use methods without a trailing underscore on what is not yours.");
        degraded.add_(1);
        Require.Same(image, before, "the result is the clean image itself", "Return a tensor of its own, such as a clone.");
    }

    /// <summary>Only the result is left of a call.</summary>
    /// <inheritdoc cref="DependsOnImageAndSeedAlone"/>
    public static void LeavesNoTensorsBehind(ComponentUnderTest<IDegradation> subject)
    {
        using var scope = Trial.Begin();
        var degradation = Build(subject);
        var image = Pictures.Smooth(3, 33, 47);
        Trial.RequireNothingLeft(() => degradation.Apply(image, Seed).Dispose(), "Degrading");
    }

    /// <summary>Calls on several threads at once do not disturb each other.</summary>
    /// <inheritdoc cref="DependsOnImageAndSeedAlone"/>
    public static void WorksOnSeveralThreads(ComponentUnderTest<IDegradation> subject)
    {
        using var scope = Trial.Begin();
        var degradation = Build(subject);
        var image = Pictures.Smooth(3, 33, 47);
        Tensor[] expected = [degradation.Apply(image, 0), degradation.Apply(image, 1)];
        Trial.OnSeveralThreads(thread =>
        {
            using var degraded = degradation.Apply(image, (ulong)thread);
            Require.Same(degraded, expected[thread], "calls on two threads at once disturb each other", Remedy);
        });
    }

    private const string Remedy = "Draw all random numbers of a call from a generator made from the seed; keep none in fields, and use none of libtorch's.";

    private static IDegradation Build(ComponentUnderTest<IDegradation> subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return subject.Create();
    }
}

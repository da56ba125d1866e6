using IRConStyle.Abstractions;
using IRConStyle.Testing.Support;

namespace IRConStyle.Testing.Contracts;

/// <summary>What holds for every <see cref="IRestorationDataset"/> that is open.</summary>
public static class DatasetContract
{
    private const int Patch = 16, Most = 4;

    private static readonly SampleRequest PatchRequest = new(7, Patch, Augment: true);

    /// <summary>All checks.</summary>
    public static IReadOnlyList<ContractCheck> Checks { get; } = ContractCheck.ListOf<IRestorationDataset, ComponentUnderTest<IRestorationDataset>>(
        NamesEachPairOnce, LoadsWholeImages, LoadsPatches, DependsOnIndexAndRequestAlone, LeavesNoTensorsBehind, WorksOnSeveralThreads);

    /// <summary>There is at least one pair, and each has a name of its own.</summary>
    /// <param name="subject">Opens the dataset, with images of at least 16×16 pixels.</param>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public static void NamesEachPairOnce(ComponentUnderTest<IRestorationDataset> subject)
    {
        using var scope = Trial.Begin();
        var dataset = Open(subject);
        Require.That(dataset.Count > 0, $"Count is {dataset.Count}", "A dataset without images does not open: throw IRConStyleException.");
        string[] names = [.. Enumerable.Range(0, dataset.Count).Select(dataset.NameOf)];
        Require.That(names.All(name => !string.IsNullOrWhiteSpace(name)), "a pair has no name", "NameOf gives the path below the root.");
        Require.That(
            names.Distinct(StringComparer.Ordinal).Count() == names.Length,
            $"two pairs are called {names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1)?.Key}",
            "Give the path below the root, with extension.");
    }

    /// <summary>Whole pairs are float32 of one size, the clean image in [0,1], under their name.</summary>
    /// <inheritdoc cref="NamesEachPairOnce"/>
    public static void LoadsWholeImages(ComponentUnderTest<IRestorationDataset> subject)
    {
        using var scope = Trial.Begin();
        var dataset = Open(subject);
        for (var index = 0; index < Math.Min(dataset.Count, Most); index++)
        {
            using var sample = dataset.Load(index, SampleRequest.Whole);
            RequirePair(sample, dataset.NameOf(index));
        }
    }

    /// <summary>Patches have the size that was asked for, flipped and turned or not.</summary>
    /// <inheritdoc cref="NamesEachPairOnce"/>
    public static void LoadsPatches(ComponentUnderTest<IRestorationDataset> subject)
    {
        using var scope = Trial.Begin();
        var dataset = Open(subject);
        for (var index = 0; index < Math.Min(dataset.Count, Most); index++)
        {
            using var sample = dataset.Load(index, PatchRequest with { Seed = (ulong)index });
            RequirePair(sample, dataset.NameOf(index));
            Require.Shape(sample.Clean, $"a patch of {Patch} pixels", "Both images are C×P×P where a patch is asked for.", sample.Clean.shape[0], Patch, Patch);
        }
    }

    /// <summary>The same index and request give the same pair, in another instance and after other requests.</summary>
    /// <inheritdoc cref="NamesEachPairOnce"/>
    public static void DependsOnIndexAndRequestAlone(ComponentUnderTest<IRestorationDataset> subject)
    {
        using var scope = Trial.Begin();
        var dataset = Open(subject);
        using var first = dataset.Load(0, PatchRequest);
        dataset.Load(dataset.Count - 1, PatchRequest with { Seed = 8 }).Dispose();
        TorchSharp.torch.random.manual_seed(2);
        using var second = dataset.Load(0, PatchRequest);
        using var third = Open(subject).Load(0, PatchRequest);
        foreach (var other in new[] { second, third })
        {
            Require.Same(other.Clean, first.Clean, "the same index and seed gave two patches", Remedy);
            Require.Same(other.Degraded, first.Degraded, "the same index and seed gave two degraded images", Remedy);
        }
    }

    /// <summary>Only the pair is left of a call.</summary>
    /// <inheritdoc cref="NamesEachPairOnce"/>
    public static void LeavesNoTensorsBehind(ComponentUnderTest<IRestorationDataset> subject)
    {
        using var scope = Trial.Begin();
        var dataset = Open(subject);
        Trial.RequireNothingLeft(
            () =>
            {
                dataset.Load(0, PatchRequest).Dispose();
                dataset.Load(0, SampleRequest.Whole).Dispose();
            },
            "Loading a pair");
    }

    /// <summary>Calls on several threads at once do not disturb each other.</summary>
    /// <inheritdoc cref="NamesEachPairOnce"/>
    public static void WorksOnSeveralThreads(ComponentUnderTest<IRestorationDataset> subject)
    {
        using var scope = Trial.Begin();
        var dataset = Open(subject);
        using var first = Load(0);
        using var second = Load(1);
        Trial.OnSeveralThreads(thread =>
        {
            using var sample = Load(thread);
            var expected = thread == 0 ? first : second;
            Require.Same(sample.Clean, expected.Clean, "calls on two threads at once disturb each other", Remedy);
            Require.Same(sample.Degraded, expected.Degraded, "calls on two threads at once disturb each other", Remedy);
        });

        RestorationSample Load(int thread) => dataset.Load(thread % dataset.Count, PatchRequest with { Seed = (ulong)thread });
    }

    private const string Remedy = "Draw patch, flips and degradation from the request's seed alone, and keep no state of a call in fields.";

    private static void RequirePair(RestorationSample sample, string name)
    {
        var (degraded, clean) = (sample.Degraded, sample.Clean);
        Require.That(clean.dim() == 3, $"the clean image is {Tensors.Text(clean)}", "Images are C×H×W.");
        Require.Shape(degraded, $"the degraded image of a clean one of {Tensors.Text(clean)}", "Both have the same size; where files differ, throw IRConStyleException.", clean.shape);
        foreach (var (image, which) in new[] { (degraded, "the degraded image"), (clean, "the clean image") })
        {
            Require.Float32(image, which);
            Require.Finite(image, which);
        }

        Require.That(clean.min().item<float>() >= 0 && clean.max().item<float>() <= 1, "the clean image leaves [0,1]", "Divide samples by the largest value of their depth.");
        Require.That(sample.Name == name, $"the pair is called {sample.Name}, by NameOf {name}", "Give both the same name.");
    }

    private static IRestorationDataset Open(ComponentUnderTest<IRestorationDataset> subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return subject.Create();
    }
}

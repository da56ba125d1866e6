using IRConStyle.Abstractions;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Tests;

internal static class DegradationViolations
{
    public static IEnumerable<Violation> All =>
    [
        Of("DependsOnImageAndSeedAlone", (clean, _) => clean + rand_like(clean), "two results"),
        Violations.Of<IDegradation>("DependsOnImageAndSeedAlone", () =>
        {
            var shift = Random.Shared.NextDouble();
            return new FakeDegradation((clean, _) => clean + shift);
        }, "another instance"),
        Of("KeepsSizeAndType", (clean, _) => clean.slice(2, 0, clean.shape[2] / 2, 1), "image of 1×1"),
        Of("KeepsSizeAndType", (clean, _) => clean.to(float64), "Float64"),
        Of("LeavesTheImageAlone", (clean, _) => clean.add_(1).clone(), "changes the clean image"),
        Of("LeavesTheImageAlone", (clean, _) => clean, "itself"),
        Of("LeavesNoTensorsBehind", (clean, _) => clean * 2 + 1, "left 30 tensors"),
        Violations.Of<IDegradation>("WorksOnSeveralThreads", () =>
        {
            var kept = 0ul;
            return new FakeDegradation((clean, seed) =>
            {
                kept = seed;
                Thread.Sleep(20);
                return clean + (int)kept;
            });
        }, "two threads"),
    ];

    private static Violation Of(string check, Func<Tensor, ulong, Tensor> apply, string finding)
        => Violations.Of<IDegradation>(check, () => new FakeDegradation(apply), finding);
}

internal static class DatasetViolations
{
    private static readonly string[] Names = ["a.png", "b.png"];

    public static IEnumerable<Violation> All =>
    [
        Violations.Of<IRestorationDataset>("NamesEachPairOnce", () => new FakeDataset(Load), "Count is 0"),
        Violations.Of<IRestorationDataset>("NamesEachPairOnce", () => new FakeDataset(Load, "a.png", "a.png"), "called a.png"),
        Of("LoadsWholeImages", (index, request) => (Load(index, request).Degraded, ones(3, 20, 20)), "3×20×20"),
        Of("LoadsWholeImages", (index, request) => (Load(index, request).Degraded, Load(index, request).Clean * 255), "leaves [0,1]"),
        Of("LoadsWholeImages", (index, request) => (Load(index, request).Degraded.to(float64), Load(index, request).Clean), "Float64"),
        Of("LoadsPatches", (index, _) => Load(index, SampleRequest.Whole), "a patch of 16 pixels is 3×24×32"),
        Of("ExtendsSmallImages", (index, request) => Load(index, request with { PatchSize = request.PatchSize is { } side ? Math.Min(side, 24) : null }), "a patch of 32 pixels"),
        Of("DependsOnIndexAndRequestAlone", (index, request) => (rand_like(Load(index, request).Clean), Load(index, request).Clean), "two degraded images"),
        Of("DependsOnIndexAndRequestAlone", (index, request) => Load(index, request with { Seed = (ulong)Random.Shared.Next() }), "two patches"),
        Of("LeavesNoTensorsBehind", (index, request) =>
        {
            rand(1).DetachFromDisposeScope();
            return Load(index, request);
        }, "left 60 tensors"),
        Violations.Of<IRestorationDataset>("WorksOnSeveralThreads", () =>
        {
            var kept = 0;
            return new FakeDataset((index, request) =>
            {
                kept = index;
                Thread.Sleep(20);
                return Load(kept, request);
            }, Names);
        }, "two threads"),
    ];

    /// <summary>Sound pairs: an image that follows from index and seed, and noise on it.</summary>
    public static (Tensor Degraded, Tensor Clean) Load(int index, SampleRequest request)
    {
        using var scope = NewDisposeScope();
        var generator = new Random((int)request.Seed + index);
        var (height, width) = (request.PatchSize ?? 24, request.PatchSize ?? 32);
        var clean = tensor(Enumerable.Range(0, 3 * height * width).Select(_ => generator.NextSingle()).ToArray()).view(3, height, width);
        return ((clean + 0.1).MoveToOuterDisposeScope(), clean.MoveToOuterDisposeScope());
    }

    private static Violation Of(string check, Func<int, SampleRequest, (Tensor, Tensor)> load, string finding)
        => Violations.Of<IRestorationDataset>(check, () => new FakeDataset(load, Names), finding);
}

internal static class LossViolations
{
    public static IEnumerable<Violation> All =>
    [
        Of("IsAScalar", (restored, clean) => (restored - clean).square().mean([1, 2, 3]), "the loss is 2"),
        Of("IsAScalar", (restored, clean) => (restored - clean).square().mean() / 0, "NaN or infinity"),
        Of("GrowsWithTheError", (restored, clean) => -(restored - clean).square().mean(), "of equal images"),
        Of("HasAFiniteGradient", (restored, clean) => (restored - clean).square().sum().sqrt(), "NaN or infinity"),
        Of("HasAFiniteGradient", (restored, clean) => (restored.detach() - clean).square().mean(), "no gradient"),
        Of("HasAFiniteGradient", (restored, clean) => (restored * 0 - clean).square().mean(), "a noisy image gets no gradient"),
        Of("LeavesImagesAlone", (restored, clean) => restored.sub_(clean).square().mean(), "restored image is changed"),
        Of("LeavesNoTensorsBehind", (restored, clean) => (restored - clean).square().mean(), "left 60 tensors"),
        Contrastive("IsAScalar", output => output.Logits.mean([1]), "the loss is 4"),
        Contrastive("HasAFiniteGradient", output => output.PositiveKey.mean(), "no gradient"),
        Contrastive("HasAFiniteGradient", output => (output.Query.Latents[^1] * 0).sum().sqrt(), "NaN or infinity"),
        Contrastive("LeavesNoTensorsBehind", output => output.Query.Latents[^1].square().mean(), "left 30 tensors"),
    ];

    private static Violation Of(string check, Func<Tensor, Tensor, Tensor> compute, string finding)
        => Violations.Of<IRestorationLoss>(check, () => new FakeLoss(compute), finding);

    private static Violation Contrastive(string check, Func<ContrastiveOutput, Tensor> compute, string finding)
        => Violations.Of<IContrastiveLoss>(check, () => new FakeContrastiveLoss(compute), finding);
}

internal static class MetricViolations
{
    public static IEnumerable<Violation> All =>
    [
        Violations.Of<IMetric>("PrefersTheBetterImage", () => new FakeMetric(Error, MetricDirection.HigherIsBetter), "HigherIsBetter"),
        Of("PrefersTheBetterImage", (restored, clean) => Error(restored, clean) is var error && error == 0 ? double.NaN : error, "NaN"),
        Of("GivesTheSameTwice", (restored, clean) => Error(restored, clean) + Random.Shared.NextDouble(), "scored"),
        Of("RefusesTwoSizes", (restored, clean) => restored.numel() - clean.numel(), "are measured"),
        Of("RefusesTwoSizes", (restored, clean) => (restored - clean).numel(), "throw"),
        Of("LeavesImagesAlone", (restored, clean) => restored.fill_(0).numel(), "changes an image"),
        Of("LeavesNoTensorsBehind", (restored, clean) => (restored - clean).numel(), "left 10 tensors"),
        Violations.Of<IMetric>("WorksOnSeveralThreads", () =>
        {
            Tensor? kept = null;
            return new FakeMetric((restored, clean) =>
            {
                kept = restored;
                Thread.Sleep(20);
                return Error(kept, clean);
            });
        }, "two threads"),
    ];

    /// <summary>A sound metric: the mean absolute error.</summary>
    public static double Error(Tensor restored, Tensor clean)
    {
        if (!restored.shape.AsSpan().SequenceEqual(clean.shape))
            throw new IRConStyleException("Two sizes.");
        using var scope = NewDisposeScope();
        return (restored.to(float64) - clean.to(float64)).abs().mean().item<double>();
    }

    private static Violation Of(string check, Func<Tensor, Tensor, double> measure, string finding)
        => Violations.Of<IMetric>(check, () => new FakeMetric(measure), finding);
}

internal static class ScheduleViolations
{
    public const int Iterations = 1000;
    public const double Rate = 1e-3;

    public static IEnumerable<Violation> All =>
    [
        Of("GivesRatesFromZeroUp", () => iteration => Rate - iteration * 1e-5, "is -"),
        Of("GivesRatesFromZeroUp", () => iteration => Rate / (iteration - 1), "iteration 1 of 1000 is"),
        Of("IsAPureFunction", () =>
        {
            var rate = Rate;
            return _ => rate *= 0.99;
        }, "two rates"),
        Of("StaysAtItsLastRate", () => iteration => Rate / iteration, "long after"),
        Of("StaysAtItsLastRate", () => iteration => iteration > Iterations ? 0 : Rate, "in the next"),
    ];

    private static Violation Of(string check, Func<Func<int, double>> at, string finding)
        => Violations.Of<ILearningRateSchedule, ScheduleUnderTest>(check, new(() => new FakeSchedule(at()), Rate, Iterations), finding);
}

using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>Degradations, losses and metrics.</summary>
public class ImageContractTests
{
    public static TheoryData<string> Degradations => ContractHost.NamesOf<IDegradation>();

    public static TheoryData<string> Losses => ContractHost.NamesOf<IRestorationLoss>();

    public static TheoryData<string> Metrics => ContractHost.NamesOf<IMetric>();

    [Theory]
    [MemberData(nameof(Degradations))]
    public void A_degradation_is_decided_by_its_seed(string name)
    {
        using var scope = torch.NewDisposeScope();
        var degradation = ContractHost.CreateDegradation(name);
        var clean = Image(3, 33, 47);
        var before = clean.clone();
        var first = degradation.Apply(clean, 7);
        ContractHost.AreIdentical(degradation.Apply(clean, 7), first).ShouldBeTrue("the same seed");
        ContractHost.AreIdentical(degradation.Apply(clean, 8), first).ShouldBeFalse("another seed");
        ContractHost.AreIdentical(clean, before).ShouldBeTrue("the clean image");
        ContractHost.AreIdentical(ContractHost.CreateDegradation(name).Apply(clean, 7), first).ShouldBeTrue("another instance");
    }

    [Theory]
    [MemberData(nameof(Degradations))]
    public void A_degradation_keeps_shape_and_type_and_owns_its_result(string name)
    {
        using var scope = torch.NewDisposeScope();
        var degradation = ContractHost.CreateDegradation(name);
        foreach (var (height, width) in new[] { (1, 1), (3, 5), (33, 47) })
        {
            var clean = Image(3, height, width);
            var before = clean.clone();
            var degraded = degradation.Apply(clean, 7);
            degraded.shape.ShouldBe(clean.shape);
            degraded.dtype.ShouldBe(torch.float32);
            ContractHost.IsFinite(degraded).ShouldBeTrue();
            degraded.add_(1);
            ContractHost.AreIdentical(clean, before).ShouldBeTrue("changing the result may not reach the input");
        }
    }

    [Theory]
    [MemberData(nameof(Degradations))]
    public async Task Threads_share_a_degradation(string name)
    {
        var degradation = ContractHost.CreateDegradation(name);
        using var clean = Image(3, 33, 47);
        using var expected = degradation.Apply(clean, 7);
        var runs = Enumerable.Range(0, 2).Select(thread => Task.Run(() => Enumerable.Range(0, 20).All(_ =>
        {
            degradation.Apply(clean, (ulong)thread).Dispose();
            using var degraded = degradation.Apply(clean, 7);
            return ContractHost.AreIdentical(degraded, expected);
        })));
        (await Task.WhenAll(runs)).ShouldAllBe(isSame => isSame);
    }

    [Theory]
    [MemberData(nameof(Degradations))]
    public void Degrading_leaves_no_tensors_behind(string name)
    {
        var degradation = ContractHost.CreateDegradation(name);
        using var clean = Image(3, 33, 47);
        ContractHost.ShouldKeepTensorCount(() => degradation.Apply(clean, 7).Dispose());
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_loss_is_least_on_equal_images(string name)
    {
        using var scope = torch.NewDisposeScope();
        var loss = ContractHost.Create<IRestorationLoss>(name);
        var clean = Image(2, 3, 24, 32);
        var noise = torch.randn_like(clean);
        // Not zero everywhere: Charbonnier has the root of its epsilon, PSNR is −80, total variation that of the image.
        var least = loss.Compute(clean.clone(), clean).item<float>();
        float.IsFinite(least).ShouldBeTrue();
        var little = loss.Compute(clean + noise * 0.02, clean).item<float>();
        var much = loss.Compute(clean + noise * 0.2, clean).item<float>();
        little.ShouldBeGreaterThan(least);
        much.ShouldBeGreaterThan(little);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_loss_is_a_scalar_whose_gradient_is_finite_everywhere(string name)
    {
        using var scope = torch.NewDisposeScope();
        var loss = ContractHost.Create<IRestorationLoss>(name);
        var clean = Image(2, 3, 24, 32);
        foreach (var restored in new[] { clean.clone(), clean + torch.randn_like(clean) * 0.1, torch.zeros_like(clean) })
        {
            var value = loss.Compute(restored.requires_grad_(), clean);
            value.numel().ShouldBe(1);
            value.backward();
            ContractHost.IsFinite(restored.grad.ShouldNotBeNull()).ShouldBeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Losses_leave_no_tensors_behind(string name)
    {
        var loss = ContractHost.Create<IRestorationLoss>(name);
        using var restored = Image(2, 3, 24, 32);
        using var clean = Image(2, 3, 24, 32);
        ContractHost.ShouldKeepTensorCount(() => loss.Compute(restored, clean).Dispose());
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void A_metric_prefers_the_better_image(string name)
    {
        using var scope = torch.NewDisposeScope();
        var metric = ContractHost.Create<IMetric>(name);
        foreach (var channels in new[] { 1, 3 })
        {
            var clean = Image(1, channels, 48, 40)[0];
            var noise = torch.randn_like(clean);
            var scores = new[] { 0.0, 0.05, 0.2 }.Select(level => metric.Measure(Bytes(clean + noise * level), Bytes(clean))).ToArray();
            if (metric.Direction == MetricDirection.LowerIsBetter)
                scores = [.. scores.Select(score => -score)];
            scores[0].ShouldBeGreaterThan(scores[1], "equal images are best");
            scores[1].ShouldBeGreaterThan(scores[2], "more noise is worse");
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void A_metric_measures_batches_as_it_measures_images(string name)
    {
        using var scope = torch.NewDisposeScope();
        var metric = ContractHost.Create<IMetric>(name);
        var clean = Image(3, 3, 48, 40);
        var restored = (clean + torch.randn_like(clean) * 0.05).clamp(0, 1);
        var batch = metric.MeasureBatch(restored, clean);
        batch.shape.ShouldBe([3]);
        batch.dtype.ShouldBe(torch.float64);
        for (var i = 0; i < 3; i++)
        {
            // Only the rounding to 8 bits lies between the two.
            var single = metric.Measure(Bytes(restored[i]), Bytes(clean[i]));
            batch[i].item<double>().ShouldBe(single, Math.Abs(single) * 0.01);
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void A_metric_names_two_shapes_that_differ(string name)
    {
        using var scope = torch.NewDisposeScope();
        var metric = ContractHost.Create<IMetric>(name);
        var error = Should.Throw<IRConStyleException>(() => metric.Measure(Bytes(Image(3, 48, 40)), Bytes(Image(3, 40, 48))));
        error.Message.ShouldContain("48");
        error.Message.ShouldContain("40");
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Measuring_leaves_no_tensors_behind(string name)
    {
        var metric = ContractHost.Create<IMetric>(name);
        using var restored = Bytes(Image(3, 32, 32));
        using var clean = Bytes(Image(3, 32, 32));
        using var restoredBatch = Image(2, 3, 32, 32);
        using var cleanBatch = Image(2, 3, 32, 32);
        ContractHost.ShouldKeepTensorCount(() =>
        {
            metric.Measure(restored, clean);
            metric.MeasureBatch(restoredBatch, cleanBatch).Dispose();
        });
    }

    /// <summary>A smooth picture, so that noise shows in every metric.</summary>
    private static torch.Tensor Image(params long[] shape)
    {
        using var scope = torch.NewDisposeScope();
        torch.random.manual_seed(shape.Sum());
        var rows = torch.linspace(0, 5, shape[^2]).sin().unsqueeze(1);
        var columns = torch.linspace(0, 7, shape[^1]).cos();
        return (rows * columns * 0.3 + 0.45 + torch.rand(shape) * 0.1).to(torch.float32).MoveToOuterDisposeScope();
    }

    private static torch.Tensor Bytes(torch.Tensor image)
    {
        using var scope = torch.NewDisposeScope();
        return image.clamp(0, 1).mul(255).round().to(torch.uint8).MoveToOuterDisposeScope();
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Plugins.Metrics;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Metrics;

public class MetricTests
{
    public static TheoryData<string> Names => ["psnr", "psnr-y", "ssim", "ssim-y"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Images_of_different_size_are_refused(string name)
    {
        using var scope = torch.NewDisposeScope();
        Should.Throw<IRConStyleException>(() => Create(name).Measure(Bytes(3, 20, 20), Bytes(3, 20, 21))).Message.ShouldContain("3×20×21");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_wrong_type_is_refused_with_the_right_call(string name)
    {
        using var scope = torch.NewDisposeScope();
        Should.Throw<IRConStyleException>(() => Create(name).Measure(torch.zeros(3, 20, 20), torch.zeros(3, 20, 20)))
            .Remedy.ShouldNotBeNull().ShouldContain("MeasureBatch");
        Should.Throw<IRConStyleException>(() => Create(name).MeasureBatch(Bytes(1, 3, 20, 20), Bytes(1, 3, 20, 20)))
            .Remedy.ShouldNotBeNull().ShouldContain("8-bit");
    }

    [Theory]
    [InlineData("ssim", 0, 10, 30)]
    [InlineData("ssim-y", 5, 20, 30)]
    [InlineData("psnr", 10, 20, 30)]
    public void Images_too_small_for_the_window_or_the_border_are_refused(string name, int border, int height, int width)
    {
        using var scope = torch.NewDisposeScope();
        Should.Throw<IRConStyleException>(() => Create(name, border).Measure(Bytes(3, height, width), Bytes(3, height, width)))
            .Message.ShouldContain($"{width}×{height} pixels");
        Should.Throw<IRConStyleException>(() => Create(name, border).MeasureBatch(torch.zeros(1, 3, height, width), torch.zeros(1, 3, height, width)));
    }

    [Fact]
    public void The_smallest_image_for_a_window_is_measured()
    {
        using var scope = torch.NewDisposeScope();
        var image = Bytes(3, 11, 11);
        Create("ssim").Measure(image, image).ShouldBe(1, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Half_precision_batches_score_like_single_precision(string name)
    {
        using var scope = torch.NewDisposeScope();
        var clean = torch.rand(2, 3, 24, 24).bfloat16();
        var restored = (clean.@float() + 0.1 * torch.randn(2, 3, 24, 24)).bfloat16();
        var expected = Create(name).MeasureBatch(restored.@float(), clean.@float());
        Vectors.LargestDifference(Create(name).MeasureBatch(restored, clean), expected).ShouldBeLessThan(1e-9);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_but_the_result_stays_alive(string name)
    {
        using var scope = torch.NewDisposeScope();
        var (image, batch) = (Bytes(3, 16, 16), torch.rand(1, 3, 16, 16));
        using var inner = torch.NewDisposeScope();
        Create(name).Measure(image, image);
        inner.DisposablesCount.ShouldBe(0);
        Create(name).MeasureBatch(batch, batch);
        inner.DisposablesCount.ShouldBe(1);
    }

    private static torch.Tensor Bytes(params long[] shape) => torch.randint(0, 256, shape, dtype: torch.uint8);

    private static IMetric Create(string name, int border = 0)
    {
        var options = new MetricOptions { CropBorder = border };
        return name.StartsWith("psnr", StringComparison.Ordinal)
            ? new PsnrMetric(options, name.EndsWith("-y", StringComparison.Ordinal))
            : new SsimMetric(options, name.EndsWith("-y", StringComparison.Ordinal));
    }
}

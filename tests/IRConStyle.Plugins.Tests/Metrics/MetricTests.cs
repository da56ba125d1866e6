using IRConStyle.Abstractions;
using IRConStyle.Plugins.Metrics;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Metrics;

public class MetricTests
{
    public static TheoryData<string> Names => ["psnr", "psnr-y", "ssim", "ssim-y", "ms-ssim", "ms-ssim-y", "mae", "mae-y"];

    [Fact]
    public void A_grey_image_is_its_own_luma_however_many_channels_it_comes_in()
    {
        using var scope = torch.NewDisposeScope();
        var (restored, clean) = PlainImages.Pair(1, 40, 50);
        var (restoredRgb, cleanRgb) = (restored.expand(3, 40, 50), clean.expand(3, 40, 50));
        foreach (var name in new[] { "psnr", "ssim", "mae" })
        {
            var expected = Create(name).Measure(restored, clean);
            Create(name + "-y").Measure(restoredRgb, cleanRgb).ShouldBe(expected, 1e-12);
            Create(name + "-y").Measure(restored, clean).ShouldBe(expected, 1e-12);

            // A tint of the restored image does not make the clean one coloured.
            var tinted = restoredRgb.clone();
            tinted[0] = tinted[0].clamp(0, 254) + 1;
            Math.Abs(Create(name + "-y").Measure(tinted, cleanRgb) - expected).ShouldBeInRange(1e-6, 1);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Images_of_different_size_are_refused(string name)
    {
        using var scope = torch.NewDisposeScope();
        Should.Throw<IRConStyleException>(() => Create(name).Measure(Bytes(3, 20, 20), Bytes(3, 20, 21))).Message.ShouldContain("3×20×21");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_no_8_bit_image_is_refused(string name)
    {
        using var scope = torch.NewDisposeScope();
        Should.Throw<IRConStyleException>(() => Create(name).Measure(torch.zeros(3, 24, 24), torch.zeros(3, 24, 24)))
            .Remedy.ShouldNotBeNull().ShouldContain("8-bit");
        Should.Throw<IRConStyleException>(() => Create(name).Measure(Bytes(1, 3, 24, 24), Bytes(1, 3, 24, 24))).Message.ShouldContain("4 dimensions");
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
    }

    [Fact]
    public void The_smallest_image_for_a_window_is_measured()
    {
        using var scope = torch.NewDisposeScope();
        var image = Bytes(3, 11, 11);
        Create("ssim").Measure(image, image).ShouldBe(1, 1e-12);
    }

    // Computed outside .NET by a few lines of plain Python: two-dimensional windows, sums of squared distances.
    [Theory]
    [InlineData("psnr", 26.721432974388925)]
    [InlineData("psnr-y", 28.896523123645284)]
    [InlineData("ssim", 0.964332403118171)]
    [InlineData("ssim-y", 0.9612926635732444)]
    [InlineData("mae", 10.065581395348838)]
    [InlineData("mae-y", 7.916327715458274)]
    public void Values_are_those_of_another_program(string name, double expected)
    {
        using var scope = torch.NewDisposeScope();
        var (restored, clean) = PlainImages.Pair(3, 43, 50);
        // Luma goes through float32, as the published code does.
        Create(name).Measure(restored, clean).ShouldBe(expected, name.EndsWith("-y", StringComparison.Ordinal) ? 1e-5 : 1e-11);
    }

    [Fact]
    public void Values_of_several_scales_are_those_of_another_program()
    {
        using var scope = torch.NewDisposeScope();
        var (restored, clean) = PlainImages.Pair(3, 43, 50);
        new MsSsimMetric(new MsSsimOptions { Scales = 3 }, lumaOnly: false).Measure(restored, clean).ShouldBe(0.9934855925269482, 1e-11);
        new MsSsimMetric(new MsSsimOptions { Scales = 3 }, lumaOnly: true).Measure(restored, clean).ShouldBe(0.9931183383948069, 1e-7);
        (restored, clean) = PlainImages.Pair(1, 161, 166);
        new MsSsimMetric(new MsSsimOptions(), lumaOnly: false).Measure(restored, clean).ShouldBe(0.9957927778708686, 1e-11);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_direction_is_that_of_a_better_image(string name)
    {
        using var scope = torch.NewDisposeScope();
        var (worse, clean) = PlainImages.Pair(3, 43, 50);
        var gain = Create(name).Measure(clean, clean) - Create(name).Measure(worse, clean);
        Create(name).Direction.ShouldBe(gain > 0 ? MetricDirection.HigherIsBetter : MetricDirection.LowerIsBetter);
        Create(name).Direction.ShouldBe(name.StartsWith("mae", StringComparison.Ordinal) ? MetricDirection.LowerIsBetter : MetricDirection.HigherIsBetter);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_stays_alive(string name)
    {
        using var scope = torch.NewDisposeScope();
        var image = Bytes(3, 24, 24);
        using var inner = torch.NewDisposeScope();
        Create(name).Measure(image, image);
        inner.DisposablesCount.ShouldBe(0);
    }

    private static torch.Tensor Bytes(params long[] shape) => torch.randint(0, 256, shape, dtype: torch.uint8);

    private static IMetric Create(string name, int border = 0)
    {
        var isLuma = name.EndsWith("-y", StringComparison.Ordinal);
        var options = new MetricOptions { CropBorder = border };
        return (isLuma ? name[..^2] : name) switch
        {
            "psnr" => new PsnrMetric(options, isLuma),
            "ssim" => new SsimMetric(options, isLuma),
            "mae" => new MaeMetric(options, isLuma),
            _ => new MsSsimMetric(new MsSsimOptions { CropBorder = border, Scales = 2 }, isLuma),
        };
    }
}

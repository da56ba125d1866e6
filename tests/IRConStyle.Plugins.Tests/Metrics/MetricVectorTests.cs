using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Plugins.Metrics;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Metrics;

public class MetricVectorTests
{
    private static readonly string File = SharedData.Golden("metrics", "metrics.safetensors");

    private static readonly JsonElement Golden =
        JsonDocument.Parse(System.IO.File.ReadAllText(SharedData.Golden("metrics", "metrics.json"))).RootElement;

    public static TheoryData<int, int, bool> Cases()
    {
        var cases = new TheoryData<int, int, bool>();
        for (var pair = 0; pair < 4; pair++)
            foreach (var crop in new[] { 0, 4 })
            {
                cases.Add(pair, crop, false);
                cases.Add(pair, crop, true);
            }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Eight_bit_images_score_as_with_the_numpy_code(int pair, int crop, bool luma)
    {
        using var scope = torch.NewDisposeScope();
        var (a, b) = Pair(pair);
        var (psnr, ssim) = Metrics(crop, luma);
        var suffix = $"np_{(luma ? "y" : "rgb")}_crop{crop}";
        psnr.Measure(a, b).ShouldBe(Expected(pair, "psnr_" + suffix), luma ? 1e-5 : 1e-10);
        ssim.Measure(a, b).ShouldBe(Expected(pair, "ssim_" + suffix), luma ? 1e-7 : 1e-10);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Equal_images_score_as_in_the_reference(int pair)
    {
        using var scope = torch.NewDisposeScope();
        var (a, _) = Pair(pair);
        var (psnr, ssim) = Metrics(0, luma: false);
        psnr.Measure(a, a).ShouldBe(double.PositiveInfinity);
        ssim.Measure(a, a).ShouldBe(Expected(pair, "ssim_np_identical"), 1e-12);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(0, true)]
    public void Grey_images_score_as_in_the_reference_with_luma_or_without(int pair, bool luma)
    {
        using var scope = torch.NewDisposeScope();
        var (a, b) = Pair(pair);
        var (psnr, ssim) = Metrics(0, luma);
        var (greyA, greyB) = (Grey(a), Grey(b));
        psnr.Measure(greyA, greyB).ShouldBe(Expected(pair, "psnr_np_gray"), 1e-10);
        ssim.Measure(greyA, greyB).ShouldBe(Expected(pair, "ssim_np_gray"), 1e-10);
    }

    [Fact]
    public void Luma_of_eight_bit_pixels_is_that_of_the_reference()
    {
        using var scope = torch.NewDisposeScope();
        var rgb = Vectors.Read(File, "input/bgr_u8").flip(2).permute(2, 0, 1).contiguous();
        var luma = new double[rgb.shape[1] * rgb.shape[2]];
        Luma.Of(rgb.bytes, luma);
        var expected = Vectors.Read(File, "expected/to_y_channel").view(-1);
        Vectors.LargestDifference(torch.tensor(luma), expected).ShouldBeLessThan(2e-5);
    }

    [Fact]
    public void The_window_is_that_of_the_reference()
    {
        using var scope = torch.NewDisposeScope();
        var expected = Vectors.Read(File, "expected/gaussian_kernel_11_1.5").view(-1);
        Vectors.LargestDifference(torch.tensor(StructuralSimilarity.Weights), expected).ShouldBeLessThan(1e-15);
    }

    private static (IMetric Psnr, IMetric Ssim) Metrics(int crop, bool luma)
    {
        var options = new MetricOptions { CropBorder = crop };
        return (new PsnrMetric(options, luma), new SsimMetric(options, luma));
    }

    private static (torch.Tensor A, torch.Tensor B) Pair(int pair) =>
        (Vectors.Read(File, $"pair{pair}_a"), Vectors.Read(File, $"pair{pair}_b"));

    // The reference's grey images are the green channel.
    private static torch.Tensor Grey(torch.Tensor rgb) => rgb[1..2];

    private static double Expected(int pair, string name) => Golden.GetProperty($"pair{pair}").GetProperty(name).GetDouble();
}

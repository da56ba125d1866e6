using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Benchmarking;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Scoring;
using IRConStyle.Framework.Tests.Imaging;
using Snapshooter.Xunit;

namespace IRConStyle.Evaluation.Tests.Benchmarking;

public sealed class BenchmarkReportTests
{
    private static readonly MeasuredMetric Psnr = new("psnr", "dB", MetricDirection.HigherIsBetter);
    private static readonly MeasuredMetric Error = new("mae", "", MetricDirection.LowerIsBetter);

    [Fact]
    public void The_document_says_what_was_measured_and_how()
    {
        var result = new BenchmarkResult(
            new MeasurementReport("denoise", [Set()]) { Weights = "models/denoise.safetensors", Device = "cpu", Time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc) },
            [
                new BenchmarkOutcome(Benchmark("noise", 68), BenchmarkStatus.Measured) { Set = Set(), Protocol = "As the files are.", HasSheet = true },
                new BenchmarkOutcome(Benchmark("streaks", 100), BenchmarkStatus.Missing),
                new BenchmarkOutcome(Benchmark("fog", 0), BenchmarkStatus.Failed) { Reason = "a.png is no image." },
            ],
            "out", WasStopped: false);
        Snapshot.Match(BenchmarkDocument.Write(result), "BenchmarkDocument");
    }

    [Fact]
    public void The_sheet_shows_the_worst_the_median_and_the_best_image()
    {
        BenchmarkSheet.Choose(Set()).ShouldBe([("worst", 1), ("median", 3), ("best", 2)]);
        // An error is best where it is smallest.
        BenchmarkSheet.Choose(Set() with { Metrics = [Error, Psnr] }).ShouldBe([("worst", 1), ("median", 3), ("best", 2)]);
        BenchmarkSheet.Choose(Set() with { Images = [.. Set().Images.Take(1)] }).ShouldBe([("worst", 0)]);
    }

    [Theory]
    [InlineData(25.0, 20.0, "+5.00")]
    [InlineData(20.0, 25.0, "-5.00")]
    [InlineData(19.9999999, 20.0, "+0.00")]
    public void A_gain_has_the_sign_of_the_improvement(double mean, double input, string gain)
        => BenchmarkTable.Gain(Psnr, Set() with { Mean = One("psnr", mean), Input = One("psnr", input) }).ShouldBe(gain);

    [Fact]
    public void Less_error_is_a_gain()
        => BenchmarkTable.Gain(Error, Set() with { Mean = One("mae", 1), Input = One("mae", 3) }).ShouldBe("+2.0000");

    [Fact]
    public void A_difference_map_is_black_where_images_agree_and_bright_where_they_do_not()
    {
        var clean = TestImages.Smooth(64, 48);
        var restored = new RasterImage(64, 48, 3, 8, [.. clean.Samples]);
        restored.Samples[0] ^= 0x80;
        restored.Samples[1] ^= 0x80;
        restored.Samples[2] ^= 0x80;

        var map = DifferenceMap.Draw(restored, clean, gain: 2);

        Brightness(map, 0).ShouldBeGreaterThan(400);
        Brightness(map, 1).ShouldBeLessThan(20);
        DifferenceMap.GainFor(restored, clean).ShouldBe(32, "a single pixel does not decide");
        DifferenceMap.GainFor(new RasterImage(8, 8, 3), new RasterImage(8, 8, 3, 8, [.. Enumerable.Repeat((byte)100, 192)])).ShouldBe(2);
    }

    [Fact]
    public void The_detail_is_where_the_compared_panels_differ_and_a_title_stands_above()
    {
        var (clean, map) = (TestImages.Smooth(320, 240), TestImages.Random(1, 320, 240, 3, 8));
        var plain = ComparisonSheet.Draw([new("a", clean), new("b", clean), new("map", map)]);
        var told = ComparisonSheet.Draw([new("a", clean), new("b", clean), new("map", map)], new SheetFormat("worst: a.png", (0, 1)));
        (told.Width, told.Height - plain.Height).ShouldBe((plain.Width, 26));
    }

    private static int Brightness(RasterImage image, int pixel) => image.Samples[3 * pixel] + image.Samples[3 * pixel + 1] + image.Samples[3 * pixel + 2];

    private static LocatedBenchmark Benchmark(string name, int images) => new(name, new BenchmarkOptions
    {
        Title = $"The set {name}", Summary = "Where it comes from.", Images = images, Folders = [name, $"{name}_*"],
        Layouts = [new BenchmarkLayoutOptions { Requires = ["input", "target"], Summary = "pairs of equal names" }, new BenchmarkLayoutOptions { Summary = "the clean images" }],
    });

    private static MeasuredSet Set() => new("noise", [Psnr, Error],
    [
        Image("a.png", 31, 2.5), Image("b|c.png", 28.123, 4), Image("d.png", double.PositiveInfinity, 0), Image("e.png", 30, 3),
    ])
    {
        Protocol = "4 of 68 images: a subset. As the files are.",
        Mean = new Dictionary<string, double> { ["psnr"] = 30.5, ["mae"] = 2.375 },
        Deviation = new Dictionary<string, double> { ["psnr"] = 1.25, ["mae"] = 0.5 },
        Input = new Dictionary<string, double> { ["psnr"] = 20.25, ["mae"] = 9 },
        PeakMemoryBytes = 1500L << 20,
    };

    private static MeasuredImage Image(string name, double psnr, double error) => new(name, 481, 321, 0.25,
        new Dictionary<string, double> { ["psnr"] = psnr, ["mae"] = error }, new Dictionary<string, double> { ["psnr"] = 20, ["mae"] = 9 });

    private static Dictionary<string, double> One(string name, double value) => new() { [name] = value };
}

using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Measurement;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Scoring;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Evaluation.Tests.Measurement;

public sealed class EvaluatorTests : IDisposable
{
    private const string Configuration = """
        {
          "Evaluation": { "CleanDataset": "synthetic", "NoiseDegradation": "darken" },
          "Pipelines": { "copy": { "Backbone": { "Name": "copy" }, "Metrics": ["error"] } }
        }
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services = EngineHost.Create(Configuration);

    public void Dispose()
    {
        _services.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Images_are_measured_as_eight_bit_values()
    {
        var planned = 0;
        var done = new List<MeasuredImage>();
        var report = Run(new EvaluationRequest("clean")
        {
            Pipeline = "copy", NoiseSigma = 10, Metrics = ["error", "psnr"], Planned = count => planned = count, Done = done.Add,
        });
        planned.ShouldBe(5);
        var set = report.Sets.ShouldHaveSingleItem();
        set.Images.ShouldBe(done);
        set.Images.Select(image => image.Name).ShouldBe(["0.png", "1.png", "2.png", "3.png", "4.png"]);
        // Darkened by 10 levels, except where that clips at black.
        set.Images.ShouldAllBe(image => image.Values["error"] > 9.5 && image.Values["error"] <= 10);
        set.Mean["error"].ShouldBe(set.Images.Average(image => image.Values["error"]), 1e-12);
        // The network copies, so that degraded and restored image measure the same.
        set.Images.ShouldAllBe(image => image.Input["error"] == image.Values["error"] && image.Width == 12 && image.Height == 12 && image.Seconds > 0);
        set.PeakMemoryBytes.ShouldBeGreaterThan(1 << 20);
        (report.Pipeline, report.Device, report.Weights).ShouldBe(("copy", "cpu", null));
    }

    [Fact]
    public void Metrics_are_those_of_the_request_then_the_pipeline()
    {
        Run(new EvaluationRequest("clean") { Pipeline = "copy", NoiseSigma = 10 }).Sets[0].Metrics.ShouldBe([new("error", "", MetricDirection.LowerIsBetter)]);
        Run(new EvaluationRequest("clean") { Pipeline = "copy", NoiseSigma = 10, Metrics = ["psnr"] }).Sets[0].Metrics.ShouldBe([new("psnr", "dB", MetricDirection.HigherIsBetter)]);
    }

    [Fact]
    public void Equal_images_have_an_infinite_psnr_and_so_has_the_file()
    {
        var report = Run(new EvaluationRequest("clean") { Pipeline = "copy", NoiseSigma = 0, Metrics = ["psnr"] });
        (report.Sets[0].Mean["psnr"], report.Sets[0].Deviation["psnr"]).ShouldBe((double.PositiveInfinity, 0));
        var path = _directory.File("report.json");
        report.WriteJson(path);
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        document.RootElement.GetProperty("sets")[0].GetProperty("mean").GetProperty("psnr").GetString().ShouldBe("Infinity");
        MeasurementReport.ReadJson(path).Sets[0].Images[4].Values["psnr"].ShouldBe(double.PositiveInfinity);
    }

    [Fact]
    public void Any_degradation_can_be_measured_and_the_protocol_says_which()
    {
        using var services = EngineHost.Create(Configuration, ("Degradations:dusk:Name", "darken"), ("Degradations:dusk:Options:Sigma", "40"));
        var set = services.GetRequiredService<Evaluator>()
            .Run(new EvaluationRequest("clean") { Pipeline = "copy", Degradation = "dusk", Seed = 7 }, CancellationToken.None).Sets[0];
        set.Mean["error"].ShouldBeInRange(30, 40);
        set.Protocol.ShouldBe(
            "Clean images degraded by dusk, which is darken (Sigma=40), seed 7 mixed with each image's name; the network gets the values as they come, "
            + "neither clipped nor rounded. Restored whole, or in tiles where half of the memory does not hold the feature maps; clamped to [0, 1] and rounded to 8 bits, half to even. "
            + "Scored at the image's own size. error: mean absolute difference. Means are over images.");
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("degraded", 10.0)]
    public void Exactly_one_of_a_degraded_folder_and_a_noise_level_is_needed(string? degraded, double? sigma)
    {
        var error = Should.Throw<IRConStyleException>(
            () => Run(new EvaluationRequest("clean") { Pipeline = "copy", DegradedDirectory = degraded, NoiseSigma = sigma }));
        error.Message.ShouldContain("Exactly one");
        error.Remedy.ShouldNotBeNull().ShouldContain("--noise");
    }

    [Fact]
    public void The_first_bad_image_ends_the_measurement()
    {
        using var services = EngineHost.Create(Configuration.Replace("\"synthetic\"", "\"broken\"", StringComparison.Ordinal));
        Should.Throw<IRConStyleException>(() => services.GetRequiredService<Evaluator>().Run(
            new EvaluationRequest("clean") { Pipeline = "copy", NoiseSigma = 1 }, CancellationToken.None)).Message.ShouldContain("4.png");
    }

    [Fact]
    public void An_unknown_metric_is_refused_before_anything_is_restored()
        => Should.Throw<IRConStyleException>(() => Run(new EvaluationRequest("clean")
        {
            Pipeline = "copy", NoiseSigma = 1, Metrics = ["pnsr"], Done = _ => throw new InvalidOperationException("restored"),
        })).Message.ShouldContain("psnr");

    [Fact]
    public void Cancelling_stops_before_the_next_image()
    {
        using var cancellation = new CancellationTokenSource();
        var done = 0;
        Should.Throw<OperationCanceledException>(() => _services.GetRequiredService<Evaluator>().Run(
            new EvaluationRequest("clean")
            {
                Pipeline = "copy",
                NoiseSigma = 1,
                Done = _ =>
                {
                    done++;
                    cancellation.Cancel();
                },
            },
            cancellation.Token));
        done.ShouldBe(1);
    }

    private MeasurementReport Run(EvaluationRequest request) => _services.GetRequiredService<Evaluator>().Run(request, CancellationToken.None);
}

using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Evaluation;
using IRConStyle.Framework.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Tests.Evaluation;

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
        var done = new List<ImageScore>();
        var report = Run(new EvaluationRequest("clean")
        {
            Pipeline = "copy", NoiseSigma = 10, Metrics = ["error", "psnr"], Planned = count => planned = count, Done = done.Add,
        });
        planned.ShouldBe(5);
        report.Images.ShouldBe(done);
        report.Images.Select(image => image.Name).ShouldBe(["0.png", "1.png", "2.png", "3.png", "4.png"]);
        // Darkened by 10 levels, except where that clips at black.
        report.Images.ShouldAllBe(image => image.Values["error"] > 9.5 && image.Values["error"] <= 10);
        report.Mean["error"].ShouldBe(report.Images.Average(image => image.Values["error"]), 1e-12);
    }

    [Fact]
    public void Metrics_are_those_of_the_request_then_the_pipeline()
    {
        Run(new EvaluationRequest("clean") { Pipeline = "copy", NoiseSigma = 10 }).Metrics.ShouldBe(["error"]);
        Run(new EvaluationRequest("clean") { Pipeline = "copy", NoiseSigma = 10, Metrics = ["psnr"] }).Metrics.ShouldBe(["psnr"]);
    }

    [Fact]
    public void Equal_images_have_an_infinite_psnr_and_so_has_the_file()
    {
        var report = Run(new EvaluationRequest("clean") { Pipeline = "copy", NoiseSigma = 0, Metrics = ["psnr"] });
        report.Mean["psnr"].ShouldBe(double.PositiveInfinity);
        var path = _directory.File("report.json");
        report.WriteJson(path);
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        document.RootElement.GetProperty("mean").GetProperty("psnr").GetString().ShouldBe("Infinity");
    }

    [Fact]
    public void The_file_has_one_entry_per_image_and_the_mean()
    {
        var path = _directory.File("report.json");
        new EvaluationReport("net", ["psnr", "ssim"],
        [
            new ImageScore("a.png", new Dictionary<string, double> { ["psnr"] = 30, ["ssim"] = 0.5 }),
            new ImageScore("b.png", new Dictionary<string, double> { ["psnr"] = 31, ["ssim"] = 1 }),
        ]).WriteJson(path);
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        JsonSerializer.Serialize(document.RootElement).ShouldBe(
            """
            {"pipeline":"net","images":[{"name":"a.png","psnr":30,"ssim":0.5},{"name":"b.png","psnr":31,"ssim":1}],"mean":{"psnr":30.5,"ssim":0.75}}
            """);
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

    private EvaluationReport Run(EvaluationRequest request) => _services.GetRequiredService<Evaluator>().Run(request, CancellationToken.None);
}

using IRConStyle.Evaluation.Measurement;
using IRConStyle.Evaluation;
using IRConStyle.Framework;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IRConStyle.Contracts.Tests;

/// <summary>The sample networks with the weights of their authors; PyTorch with the same files gives the same figures.</summary>
public sealed class SampleWeightsTests
{
    private const double Sigma = 25;

    [SkippableFact]
    public void The_authors_ffdnet_weights_load_as_they_are_and_remove_noise()
    {
        var weights = SharedData.Shared("data", "reference_weights", "ffdnet_color.pth");
        using var clean = new TemporaryDirectory();
        File.Copy(SharedData.Shared("data", "CBSD68", "101085.png"), clean.File("101085.png"));

        Psnr("psnr", new EvaluationRequest(clean.Path) { Pipeline = "identity", NoiseSigma = Sigma }).ShouldBe(20.540, 0.005);
        Psnr("psnr", new EvaluationRequest(clean.Path) { Pipeline = "ffdnet", Weights = weights, NoiseSigma = Sigma }).ShouldBe(28.144, 0.005);
    }

    [SkippableTheory]
    [InlineData("L", "Rain100L_20", "1.png", 27.294, 37.919)]
    [InlineData("H", "Rain100H_16", "40.png", 13.490, 29.052)]
    public void The_authors_prenet_weights_load_as_they_are_and_remove_rain(string rain, string set, string image, double before, double after)
    {
        var weights = SharedData.Shared("data", "reference_weights", $"PReNet6_Rain100{rain}.pth");
        using var directory = new TemporaryDirectory();
        foreach (var side in new[] { "input", "target" })
        {
            Directory.CreateDirectory(directory.File(side));
            File.Copy(SharedData.Shared("data", set, side, image), directory.File(side, image));
        }

        var request = new EvaluationRequest(directory.File("target")) { DegradedDirectory = directory.File("input") };
        Psnr("psnr-y", request with { Pipeline = "identity" }).ShouldBe(before, 0.005);
        Psnr("psnr-y", request with { Pipeline = "prenet", Weights = weights }).ShouldBe(after, 0.005);
    }

    private static double Psnr(string metric, EvaluationRequest request)
    {
        using var services = Host();
        return services.GetRequiredService<Evaluator>().Run(request with { Metrics = [metric] }, CancellationToken.None).Sets[0].Mean[metric];
    }

    /// <summary>A host with the pipelines that the samples' pages add.</summary>
    private static ServiceProvider Host()
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddIRConStyle(new ConfigurationBuilder()
            .AddInMemoryCollection(new[] { "identity", "ffdnet", "prenet" }
                .Select(name => KeyValuePair.Create($"IRConStyle:Pipelines:{name}:Backbone:Name", (string?)name)))
            .Build()).AddEvaluation();
        return services.BuildServiceProvider(validateScopes: true);
    }
}

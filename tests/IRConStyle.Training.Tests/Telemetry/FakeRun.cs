using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Loop;
using TorchSharp;

namespace IRConStyle.Training.Tests.Telemetry;

/// <summary>What a trainer would tell its recorders.</summary>
internal static class FakeRun
{
    public static TrainingRun In(string directory, int startIteration = 0) => new(
        "tiny",
        new PipelineOptions
        {
            Training = new TrainingOptions
            {
                Iterations = 1000,
                Losses = [new LossOptions { Name = "l1", Weight = 2 }],
                ContrastiveLosses = [new LossOptions { Name = "infonce", Weight = 0.5 }],
            },
        },
        directory, "cpu", startIteration, 1234,
        [new TrainingMetric("psnr", "dB", MetricDirection.HigherIsBetter), new TrainingMetric("ssim", "", MetricDirection.HigherIsBetter)]);

    /// <summary>Losses that fall with the iteration.</summary>
    public static TrainingProgress Progress(int iteration) => new(
        iteration, 1000, 1e-3 / iteration, new Dictionary<string, double> { ["l1"] = 1.0 / iteration, ["infonce"] = 6.0 / iteration },
        IterationsPerSecond: 2, ImagesPerSecond: 16, TimeSpan.FromSeconds(1000 - iteration), DataWait: 0.25)
    {
        Elapsed = TimeSpan.FromSeconds(iteration),
        MemoryBytes = 512L << 20,
    };

    public static ValidationReport Validation(int iteration, double psnr, bool isBest, params ValidationSample[] samples) => new(
        iteration, new Dictionary<string, double> { ["psnr"] = psnr, ["ssim"] = 0.5 }, isBest, 7, TimeSpan.FromSeconds(3), samples);

    /// <summary>Flat images: degraded, restored and clean of these values.</summary>
    public static ValidationSample Sample(string name, byte degraded, byte restored, byte clean) => new(
        name, Flat(degraded), Flat(restored), Flat(clean), new Dictionary<string, double> { ["psnr"] = 31.5 });

    public static TrainingResult Result(int iterations) => new(
        "weights.safetensors", iterations, TrainingEnd.Completed, new Dictionary<string, double> { ["l1"] = 0.1 });

    private static torch.Tensor Flat(byte value) => torch.full([3, 40, 48], value, dtype: torch.uint8);
}

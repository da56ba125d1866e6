using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using IRConStyle.Tests.Engine;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Runs;
using IRConStyle.Training.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Training.Tests;

/// <summary>Runs whose validation is no finite number, as PSNR is where a restored image equals its original.</summary>
[Collection(CountsTensors.Name)]
public sealed class NonFiniteValidationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("always-infinite", double.PositiveInfinity)]
    [InlineData("always-minus-infinite", double.NegativeInfinity)]
    public async Task An_infinite_validation_survives_checkpoints_resuming_and_everything_that_follows_the_run(string metric, double value)
    {
        using var services = Host(metric);
        var stopped = await Train(services, stopAt: 5);
        stopped.Best.ShouldNotBeNull().Value.ShouldBe(value);
        TrainingCheckpoint.ReadState(Directory.GetFiles(_directory.File("checkpoints"), "iteration-*").Order().Last()).Best.ShouldBe(value);

        var finished = await Train(services, resume: true);

        finished.Completed.ShouldBeTrue();
        finished.Best.ShouldBe(stopped.Best, "no later one is better");
        using (var best = SafeTensorsReader.Open(finished.Best!.WeightsPath))
            best.Metadata[WeightsFile.IterationKey].ShouldBe("2");
        MetricsFile.Read(_directory.Path).Where(line => line.Kind == MetricsKind.Validation)
            .Select(line => line.Validation![metric]).ShouldBe([value, value, value, value, value]);
        TrainingHistory.Read(_directory.Path).ValidationOf(metric).ShouldAllBe(point => point.Value == value);
        File.Exists(_directory.File(TrainingCurves.FileName)).ShouldBeTrue();
        Directory.GetFiles(_directory.File(ValidationSheets.FolderName)).Length.ShouldBe(5);
        Directory.GetFiles(_directory.File(TensorBoardLog.FolderName)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_validation_that_is_no_number_ends_the_run_with_the_metrics_name_and_what_was_learned_is_kept()
    {
        using var services = Host("no-number");

        var error = await Should.ThrowAsync<IRConStyleException>(() => Train(services));

        error.Message.ShouldContain("The metric 'no-number' of plugin Infinite");
        error.Message.ShouldContain("NaN");
        TrainingCheckpoint.ReadState(Directory.GetFiles(_directory.File("checkpoints"), "iteration-*").Order().Last()).Iteration.ShouldBe(2);
        File.Exists(_directory.File(RunFiles.Weights)).ShouldBeTrue();
    }

    private static ServiceProvider Host(string metric) => EngineHost.Create(
        $$"""
        { "Pipelines": { "run": { "Backbone": { "Name": "tiny" }, "Metrics": ["{{metric}}"], "Training": {
            "Data": { "Name": "synthetic" }, "Losses": [{ "Name": "square" }], "LearningRate": 0.01,
            "Iterations": 10, "BatchSize": 2, "PatchSize": 8, "LoaderThreads": 2, "ReportEvery": 1, "SaveEvery": 2,
            "Validation": { "Data": { "Name": "synthetic" }, "Metric": "{{metric}}", "Every": 2, "MaxImages": 2, "SheetImages": 1 } } } } }
        """,
        _ => { }, [], new InfinitePlugin());

    private async Task<TrainingResult> Train(ServiceProvider services, bool resume = false, int stopAt = int.MaxValue)
    {
        using var cancellation = new CancellationTokenSource();
        return await services.GetRequiredService<Trainer>().RunAsync(
            new TrainingRequest("run", _directory.Path, "cpu") { Resume = resume, Progress = new StopAt(stopAt, cancellation) }, cancellation.Token);
    }

    private sealed class InfinitePlugin : IRestorationPlugin
    {
        public PluginInfo Info => new("Infinite", "1.0.0", Contract.Version, "For tests");

        public void Register(IPluginBuilder plugin) => plugin
            .AddMetric<NoOptions>(new("always-infinite", "Plus infinity"), (_, _) => new Constant(double.PositiveInfinity))
            .AddMetric<NoOptions>(new("always-minus-infinite", "Minus infinity"), (_, _) => new Constant(double.NegativeInfinity))
            .AddMetric<NoOptions>(new("no-number", "NaN"), (_, _) => new Constant(double.NaN));
    }

    private sealed class Constant(double value) : IMetric
    {
        public MetricDirection Direction => MetricDirection.HigherIsBetter;

        public string Unit => "dB";

        public double Measure(TorchSharp.torch.Tensor restored, TorchSharp.torch.Tensor clean) => value;
    }
}

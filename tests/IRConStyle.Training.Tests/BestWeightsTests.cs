using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Inference;
using IRConStyle.Tests.Engine;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace IRConStyle.Training.Tests;

/// <summary>The best weights where the disk is full, and where iterations are undone.</summary>
[Collection(CountsTensors.Name)]
public sealed class BestWeightsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LogBook _log = new();

    private string Best => _directory.File(RunFiles.BestWeights);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Where_they_cannot_be_written_the_run_goes_on_and_they_are_written_when_there_is_room()
    {
        // A folder where the file should be: what a disk that takes nothing looks like.
        Directory.CreateDirectory(Path.Combine(Best, "in the way"));
        using var services = Host(new ScriptedPlugin([5, 4, 3, 2, 1]), new At(5, () => Directory.Delete(Best, recursive: true)), ("SaveEvery", "6"));

        var result = await Train(services);

        result.Completed.ShouldBeTrue();
        result.Best.ShouldBe(new BestValidation("scripted", 5, 2, Best));
        _log.Warnings.ShouldContain(warning => warning.Contains(RunFiles.BestWeights) && warning.Contains("tried again"));
        IterationOf(Best).ShouldBe(2);
        using var scope = torch.NewDisposeScope();
        using var best = SafeTensorsReader.Open(Best);
        using var second = SafeTensorsReader.Open(_directory.File("checkpoints", "iteration-000000006.safetensors"));
        best.Read("tail.weight").allclose(second.Read("params_ema/tail.weight")).ShouldBeFalse("they are not those of when there was room");
    }

    [Fact]
    public async Task Where_they_can_never_be_written_the_end_says_so_and_the_rest_is_there()
    {
        Directory.CreateDirectory(Path.Combine(Best, "in the way"));
        using var services = Host(new ScriptedPlugin([5, 4, 3, 2, 1]));

        (await Should.ThrowAsync<IRConStyleException>(() => Train(services))).Message.ShouldContain(RunFiles.BestWeights);

        IterationOf(_directory.File(RunFiles.Weights)).ShouldBe(10);
        File.Exists(_directory.File("checkpoints", "iteration-000000010.safetensors")).ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_roll_back_takes_the_best_of_undone_iterations_back(bool noneBefore)
    {
        // Validations after 2 | 4 | 6, then 7 diverges and 5, 6, … are done again.
        double[] values = noneBefore ? [1, 0, 0, 0, 0, 0] : [1, 2, 3, 0, 0, 0, 0];
        using var services = Host(
            new ScriptedPlugin(values, breaksAt: noneBefore ? 3 : 7), null,
            ("SaveEvery", noneBefore ? "100" : "4"), ("Divergence:Action", "RollBack"));

        var result = await Train(services);

        result.Completed.ShouldBeTrue();
        if (noneBefore)
        {
            result.Best.ShouldBe(new BestValidation("scripted", 0, 2, Best), "the one before was undone");
            IterationOf(Best).ShouldBe(2);
            return;
        }

        result.Best.ShouldBe(new BestValidation("scripted", 2, 4, Best));
        IterationOf(Best).ShouldBe(4);
        Directory.GetFiles(_directory.Path, "best*", SearchOption.AllDirectories).ShouldBe([Best]);
    }

    [Fact]
    public async Task After_a_roll_back_the_same_iterations_are_validated_again()
    {
        var recorder = new Recorder();
        using var services = Host(new ScriptedPlugin([1, 2, 3, 4, 5, 6, 7], breaksAt: 7), recorder, ("SaveEvery", "5"), ("Divergence:Action", "RollBack"));
        await Train(services);
        recorder.Validations.Select(report => report.Iteration).ShouldBe([2, 4, 6, 6, 8, 10]);
    }

    [Fact]
    public async Task A_run_that_goes_on_from_an_earlier_checkpoint_has_the_best_that_this_one_knows()
    {
        using (var services = Host(new ScriptedPlugin([1, 2, 3, 0, 0]), null, ("SaveEvery", "4")))
            await Train(services, stopAt: 7);
        // As if it had been killed before the last checkpoint: the best of iteration 4 stood aside when that of 6 came.
        var earlier = _directory.File("earlier");
        Directory.CreateDirectory(earlier);
        using (var services = Host(new ScriptedPlugin([1, 2, 0, 0, 0]), null, ("SaveEvery", "4")))
            await Train(services, stopAt: 5, output: earlier);
        var newest = _directory.File("checkpoints", "iteration-000000007.safetensors");
        File.Delete(newest);
        File.Copy(Path.Combine(earlier, RunFiles.BestWeights), _directory.File("checkpoints", RunFiles.BestWeights));

        using (var services = Host(new ScriptedPlugin([0, 0, 0])))
        {
            var result = await Train(services, resume: true);
            result.Best.ShouldBe(new BestValidation("scripted", 2, 4, Best));
            IterationOf(Best).ShouldBe(4);
        }
    }

    [Fact]
    public async Task Where_the_best_that_a_checkpoint_knows_is_gone_it_is_sought_anew()
    {
        using (var services = Host(new ScriptedPlugin([1, 2, 3, 0, 0]), null, ("SaveEvery", "4")))
            await Train(services, stopAt: 7);
        File.Delete(_directory.File("checkpoints", "iteration-000000007.safetensors"));

        using (var services = Host(new ScriptedPlugin([-1, -2, -3])))
        {
            var result = await Train(services, resume: true);
            result.Best.ShouldBe(new BestValidation("scripted", -1, 6, Best));
        }

        _log.Warnings.ShouldContain(warning => warning.Contains("sought anew"));
        IterationOf(Best).ShouldBe(6);
    }

    private static int IterationOf(string file)
    {
        using var reader = SafeTensorsReader.Open(file);
        return int.Parse(reader.Metadata[WeightsFile.IterationKey], System.Globalization.CultureInfo.InvariantCulture);
    }

    private ServiceProvider Host(ScriptedPlugin plugin, ITrainingObserver? observer = null, params (string Key, string? Value)[] training)
        => EngineHost.Create(
            """
            { "Pipelines": { "run": { "Backbone": { "Name": "tiny" }, "Metrics": ["scripted"], "Training": {
                "Data": { "Name": "synthetic" }, "Losses": [{ "Name": "breaking" }], "LearningRate": 0.01,
                "Iterations": 10, "BatchSize": 2, "PatchSize": 8, "LoaderThreads": 2, "ReportEvery": 1,
                "Validation": { "Data": { "Name": "synthetic" }, "Metric": "scripted", "Every": 2, "MaxImages": 1 } } } } }
            """,
            services =>
            {
                services.AddSingleton<ILoggerFactory>(_log);
                services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
                if (observer is not null)
                    services.AddSingleton(observer);
            },
            [.. training.Select(entry => ($"Pipelines:run:Training:{entry.Key}", entry.Value))], plugin);

    private async Task<TrainingResult> Train(ServiceProvider services, bool resume = false, int stopAt = int.MaxValue, string? output = null)
    {
        using var cancellation = new CancellationTokenSource();
        return await services.GetRequiredService<Trainer>().RunAsync(
            new TrainingRequest("run", output ?? _directory.Path, "cpu") { Resume = resume, Progress = new StopAt(stopAt, cancellation) }, cancellation.Token);
    }

    /// <summary>A metric whose values are given in order, and a loss that is no number once.</summary>
    private sealed class ScriptedPlugin(double[] values, int breaksAt = int.MaxValue) : IRestorationPlugin
    {
        private int _measured;
        private int _computed;

        public PluginInfo Info => new("Scripted", "1.0.0", Contract.Version, "For tests");

        public void Register(IPluginBuilder plugin) => plugin
            .AddMetric<NoOptions>(new("scripted", "What is given"), (_, _) => new Metric(() => values[Math.Min(_measured++, values.Length - 1)]))
            .AddLoss<NoOptions>(new("breaking", "Mean square difference"), (_, _) => new Loss(() => ++_computed == breaksAt));
    }

    private sealed class Metric(Func<double> next) : IMetric
    {
        public MetricDirection Direction => MetricDirection.HigherIsBetter;

        public string Unit => "";

        public double Measure(torch.Tensor restored, torch.Tensor clean) => next();
    }

    private sealed class Loss(Func<bool> isBreaking) : IRestorationLoss
    {
        public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean) => new SquareLoss(isBreaking() ? float.NaN : 1).Compute(restored, clean);
    }

    /// <summary>Does something after an iteration.</summary>
    private sealed class At(int iteration, Action act) : ITrainingObserver, ITrainingRecorder
    {
        public ITrainingRecorder Observe(TrainingRun run) => this;

        public void Report(TrainingProgress progress)
        {
            if (progress.Iteration == iteration)
                act();
        }

        public void Report(ValidationReport validation)
        {
        }

        public void Saved(string path, int iteration)
        {
        }

        public void Finished(TrainingResult result)
        {
        }

        public void Dispose()
        {
        }
    }
}

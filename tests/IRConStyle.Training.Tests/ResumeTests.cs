using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Inference;
using IRConStyle.Tests.Engine;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Optimization;
using IRConStyle.Training.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Training.Tests;

/// <summary>Runs that are interrupted, damaged, changed or run away, and what is left of them.</summary>
[Collection(CountsTensors.Name)]
public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TemporaryDirectory _other = new();

    public void Dispose()
    {
        _directory.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData("MixUp:Probability=0.7", "Stages:0:From=4", "Stages:0:BatchSize=3", "Stages:0:PatchSize=10")]
    [InlineData("AccumulateBatches=2", "GradientClip=0.1", "WarmupIterations=3")]
    [InlineData("Precision=BFloat16")]
    public async Task A_run_that_was_stopped_and_resumed_ends_in_the_same_bits(params string[] settings)
    {
        (string, string?)[] training = [.. settings.Select(setting => setting.Split('=')).Select(parts => (parts[0], (string?)parts[1]))];
        using var services = Host(training);
        await Train(services, _other.Path);
        foreach (var stop in new[] { 2, 3, 7 })
            await Train(services, _directory.Path, resume: true, stopAt: stop);
        var result = await Train(services, _directory.Path, resume: true);

        result.Completed.ShouldBeTrue();
        foreach (var file in new[] { RunFiles.Weights, Checkpoint(10) })
            TensorsOf(_directory.File(file)).ShouldBe(TensorsOf(_other.File(file)), file);
    }

    [Fact]
    public async Task Resuming_without_a_checkpoint_begins_and_resuming_a_finished_run_ends_at_once()
    {
        using var services = Host();
        (await Train(services, _directory.Path, resume: true)).Iterations.ShouldBe(10);
        var written = File.GetLastWriteTimeUtc(_directory.File(Checkpoint(10)));

        var again = await Train(services, _directory.Path, resume: true);

        again.Completed.ShouldBeTrue();
        again.Iterations.ShouldBe(10);
        File.GetLastWriteTimeUtc(_directory.File(Checkpoint(10))).ShouldBe(written);
    }

    [Fact]
    public async Task The_newest_checkpoints_are_kept_and_older_ones_removed()
    {
        using var services = Host(("SaveEvery", "1"), ("KeepCheckpoints", "2"));
        await Train(services, _directory.Path);
        Directory.GetFiles(_directory.File("checkpoints")).Select(Path.GetFileName).Order()
            .ShouldBe(["iteration-000000009.safetensors", "iteration-000000010.safetensors"]);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.999)]
    public async Task A_damaged_newest_checkpoint_gives_way_to_the_one_before(double place)
    {
        using var log = new LogBook();
        using var services = Host([], log);
        await Train(services, _other.Path);
        await Train(services, _directory.Path, stopAt: 8);
        var newest = _directory.File(Checkpoint(8));
        var bytes = await File.ReadAllBytesAsync(newest);
        // One bit of a number: only the hash knows.
        bytes[(int)(bytes.Length * place)] ^= 1;
        await File.WriteAllBytesAsync(newest, bytes);

        await Train(services, _directory.Path, resume: true);

        log.Warnings.ShouldContain(warning => warning.Contains("iteration-000000008") && warning.Contains("damaged"));
        TensorsOf(_directory.File(RunFiles.Weights)).ShouldBe(TensorsOf(_other.File(RunFiles.Weights)));
    }

    [Fact]
    public async Task When_all_checkpoints_are_damaged_nothing_is_overwritten()
    {
        using var services = Host();
        await Train(services, _directory.Path, stopAt: 4);
        var files = Directory.GetFiles(_directory.File("checkpoints"));
        foreach (var file in files)
            await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file))[..^100]);

        var error = await Should.ThrowAsync<IRConStyleException>(() => Train(services, _directory.Path, resume: true));

        error.Message.ShouldContain($"All {files.Length} checkpoints");
        Directory.GetFiles(_directory.File("checkpoints")).ShouldBe(files, ignoreOrder: true);
    }

    [Fact]
    public async Task What_a_killed_write_left_behind_is_ignored_and_cleared()
    {
        using var services = Host();
        await Train(services, _directory.Path, stopAt: 4);
        var torn = _directory.File(Checkpoint(5)) + ".1234abcd.tmp";
        await File.WriteAllTextAsync(torn, "half");

        await Train(services, _directory.Path, resume: true);

        File.Exists(torn).ShouldBeFalse();
        Directory.GetFiles(_directory.Path, "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_runs_never_share_a_folder()
    {
        using var services = Host();
        using (RunFolder.Take(_directory.Path))
            (await Should.ThrowAsync<IRConStyleException>(() => Train(services, _directory.Path))).Message.ShouldContain("Another training");
        (await Train(services, _directory.Path)).Completed.ShouldBeTrue();
    }

    [Fact]
    public async Task The_end_of_a_run_takes_nothing_from_the_next_one()
    {
        var first = RunFolder.Take(_directory.Path);
        var file = Directory.GetFiles(_directory.Path, ".*").ShouldHaveSingleItem();
        // What another run does between the first one's giving the lock back and whatever else it does.
        first.Dispose();
        using (RunFolder.Take(_directory.Path))
        {
            first.Dispose();
            File.Exists(file).ShouldBeTrue("whoever deletes the file lets a third run in");
            Should.Throw<IRConStyleException>(() => RunFolder.Take(_directory.Path)).Message.ShouldContain("Another training");
        }

        using var services = Host();
        (await Train(services, _directory.Path, resume: true)).Completed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_lock_file_that_cannot_be_deleted_costs_no_result()
    {
        var observer = new MakesItsLockUndeletable(_directory.Path);
        using var services = Host([], observer: observer);
        try
        {
            (await Train(services, _directory.Path)).Completed.ShouldBeTrue();
        }
        finally
        {
            observer.Undo();
        }
    }

    [Fact]
    public async Task Changed_settings_are_reported_and_another_network_is_refused()
    {
        using (var services = Host())
            await Train(services, _directory.Path, stopAt: 4);
        using var log = new LogBook();
        using (var services = Host([("LearningRate", "0.02"), ("LoaderThreads", "1"), ("WeightDecay", "0.5")], log))
            await Train(services, _directory.Path, resume: true, stopAt: 5);
        log.Warnings.ShouldContain(warning => warning.Contains("Training:LearningRate from '0.01' to '0.02'"));
        log.Warnings.ShouldContain(warning => warning.Contains("Training:WeightDecay"));
        log.Warnings.ShouldNotContain(warning => warning.Contains("LoaderThreads"));

        using var wider = EngineHost.Create(
            Json, ("Pipelines:run:Backbone:Options:Width", "8"), ("Pipelines:run:Training:Iterations", "10"));
        var error = await Should.ThrowAsync<IRConStyleException>(() => Train(wider, _directory.Path, resume: true));
        error.Message.ShouldContain("Backbone:Options:Width from nothing to '8'");
        error.Remedy.ShouldNotBeNull().ShouldContain("InitialWeights");
    }

    [Fact]
    public async Task A_new_run_keeps_the_checkpoints_of_an_earlier_one_aside()
    {
        using var services = Host();
        await Train(services, _directory.Path, stopAt: 4);
        var earlier = await File.ReadAllBytesAsync(_directory.File(Checkpoint(4)));
        await Train(services, _directory.Path);

        var kept = Directory.GetDirectories(_directory.Path, "checkpoints.2*").ShouldHaveSingleItem();
        (await File.ReadAllBytesAsync(Path.Combine(kept, Path.GetFileName(Checkpoint(4))))).ShouldBe(earlier);
    }

    [Fact]
    public async Task A_run_that_goes_wild_rolls_back_lowers_the_rate_and_ends_when_it_helps_no_more()
    {
        using var log = new LogBook();
        using var services = Host(
            [("LearningRate", "1"), ("Losses:0:Weight", "1e6"), ("Divergence:Action", "RollBack"), ("Divergence:MaxRollBacks", "2"),
             ("Divergence:ExplosionFactor", "1.0001"), ("Divergence:RateFactor", "0.25"), ("ReportEvery", "1"), ("Iterations", "1000")],
            log);

        var error = await Should.ThrowAsync<IRConStyleException>(() => Train(services, _directory.Path));

        error.Message.ShouldContain("image losses rose");
        log.Warnings.Count(warning => warning.Contains("Gone back to iteration")).ShouldBe(2);
        log.Warnings.ShouldContain(warning => warning.Contains("multiplied by 0.0625"));
        // The last good state is still one to go on from.
        var newest = Directory.GetFiles(_directory.File("checkpoints")).Order().Last();
        TrainingCheckpoint.ReadState(newest).RollBacks.ShouldBe(2);
    }

    [Fact]
    public async Task Checkpoints_that_cannot_be_written_cost_no_training_until_there_are_too_many()
    {
        using var log = new LogBook();
        using var services = Host([("SaveEvery", "1")], log);
        // A file where the folder should be: what a disk that takes nothing looks like.
        await File.WriteAllTextAsync(_directory.File("checkpoints"), "in the way");

        var error = await Should.ThrowAsync<IRConStyleException>(() => Train(services, _directory.Path));

        error.Message.ShouldContain("cannot be written");
        log.Warnings.Count(warning => warning.Contains("The training goes on")).ShouldBe(2);
        (await File.ReadAllTextAsync(_directory.File("checkpoints"))).ShouldBe("in the way");
    }

    [Fact]
    public async Task A_time_budget_ends_the_run_with_a_checkpoint_to_go_on_from()
    {
        using var services = Host(("Iterations", "1000000"), ("MaxTime", "00:00:00.2"), ("SaveEvery", "0"));
        var result = await Train(services, _directory.Path);
        result.End.ShouldBe(TrainingEnd.TimeBudget);
        result.Completed.ShouldBeFalse();
        TrainingCheckpoint.ReadState(_directory.File(Checkpoint(result.Iterations))).Iteration.ShouldBe(result.Iterations);
    }

    [Fact]
    public async Task Validation_scores_the_average_keeps_the_best_and_changes_nothing_of_the_training()
    {
        using var plain = Host();
        await Train(plain, _other.Path);
        var recorder = new Recorder();
        using var services = Host(
            [("Validation:Data:Name", "synthetic"), ("Validation:Every", "4"), ("Validation:MaxImages", "3"), ("Validation:SheetImages", "2")],
            observer: recorder);

        var result = await Train(services, _directory.Path);

        recorder.Validations.Select(report => report.Iteration).ShouldBe([4, 8, 10]);
        recorder.Validations.ShouldAllBe(report => report.Images == 3 && report.Values.Keys.SequenceEqual(new[] { "psnr", "error" }));
        recorder.Samples.ShouldAllBe(count => count == 2);
        var best = recorder.Validations.Last(report => report.IsBest);
        best.Values["psnr"].ShouldBe(recorder.Validations.Max(report => report.Values["psnr"]));
        result.Best.ShouldBe(new BestValidation("psnr", best.Values["psnr"], best.Iteration, _directory.File(RunFiles.BestWeights)));
        using (var reader = SafeTensorsReader.Open(result.Best!.WeightsPath))
            reader.Metadata[WeightsFile.IterationKey].ShouldBe($"{best.Iteration}");
        TensorsOf(_directory.File(RunFiles.Weights)).ShouldBe(TensorsOf(_other.File(RunFiles.Weights)));
    }

    [Fact]
    public async Task A_recorder_that_fails_is_left_out_and_the_training_goes_on()
    {
        using var log = new LogBook();
        using var services = Host([], log, new Failing());
        (await Train(services, _directory.Path)).Completed.ShouldBeTrue();
        log.Warnings.Count(warning => warning.Contains("no longer follows")).ShouldBe(1);
    }

    private static string Checkpoint(int iteration) => Path.Combine("checkpoints", $"iteration-{iteration:D9}.safetensors");

    private const string Json =
        """
        { "Pipelines": { "run": { "Backbone": { "Name": "tiny" }, "Metrics": ["psnr", "error"], "Training": {
            "Data": { "Name": "synthetic" }, "Losses": [{ "Name": "square" }], "LearningRate": 0.01,
            "Iterations": 10, "BatchSize": 2, "PatchSize": 8, "LoaderThreads": 2, "ReportEvery": 1, "SaveEvery": 2 } } } }
        """;

    private static ServiceProvider Host(params (string Key, string? Value)[] training) => Host(training, null);

    private static ServiceProvider Host((string Key, string? Value)[] training, LogBook? log = null, ITrainingObserver? observer = null)
        => EngineHost.Create(
            Json,
            services =>
            {
                if (log is not null)
                    services.AddSingleton<ILoggerFactory>(log);
                if (log is not null)
                    services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
                if (observer is not null)
                    services.AddSingleton(observer);
            },
            [.. training.Select(entry => ($"Pipelines:run:Training:{entry.Key}", entry.Value))]);

    private static async Task<TrainingResult> Train(ServiceProvider services, string output, bool resume = false, int stopAt = int.MaxValue)
    {
        using var cancellation = new CancellationTokenSource();
        return await services.GetRequiredService<Trainer>().RunAsync(
            new TrainingRequest("run", output, "cpu") { Resume = resume, Progress = new StopAt(stopAt, cancellation) }, cancellation.Token);
    }

    /// <summary>Every tensor of a file by name, as text to compare.</summary>
    private static Dictionary<string, string> TensorsOf(string path)
    {
        using var reader = SafeTensorsReader.Open(path);
        return reader.Entries.Keys.ToDictionary(name => name, name =>
        {
            using var tensor = reader.Read(name);
            return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(tensor.bytes));
        });
    }
}

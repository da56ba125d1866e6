using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Inference;
using IRConStyle.Tests.Engine;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Runs;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Training.Tests;

[Collection(CountsTensors.Name)]
public sealed class TrainerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_run_leaves_weights_that_open_by_themselves()
    {
        using var services = Host();
        var reports = new List<TrainingProgress>();
        var result = await Train(services, reports, CancellationToken.None);

        result.Completed.ShouldBeTrue();
        result.Iterations.ShouldBe(6);
        result.Losses.Keys.ShouldBe(["square"]);
        reports.Select(report => report.Iteration).ShouldBe([1, 2, 4, 6]);
        reports.ShouldAllBe(report => report.Iterations == 6 && report.DataWait >= 0 && report.DataWait <= 1 && report.ImagesPerSecond > 0);
        using (var reader = SafeTensorsReader.Open(result.WeightsPath!))
            reader.Metadata[WeightsFile.IterationKey].ShouldBe("6");
        using var loaded = services.GetRequiredService<NetworkLoader>().Open(pipeline: null, result.WeightsPath, "cpu");
        loaded.Network.Backbone.Module.ShouldBeOfType<TinyBackbone>();
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_weights()
    {
        using var services = Host();
        var first = await Weights(services);
        var second = await Weights(services);
        second.ShouldBe(first);
    }

    [Fact]
    public async Task Cancelling_saves_the_weights_of_the_last_iteration()
    {
        using var services = Host(("Iterations", "100000"));
        using var cancellation = new CancellationTokenSource();
        var reports = new CancelAfter(4, cancellation);
        var result = await Train(services, reports, cancellation.Token);

        result.Completed.ShouldBeFalse();
        result.Iterations.ShouldBe(4);
        using var reader = SafeTensorsReader.Open(result.WeightsPath!);
        reader.Metadata[WeightsFile.IterationKey].ShouldBe("4");
    }

    [Fact]
    public async Task Cancelling_before_the_first_iteration_saves_nothing()
    {
        using var services = Host();
        var result = await Train(services, [], new CancellationToken(canceled: true));

        result.WeightsPath.ShouldBeNull();
        File.Exists(_directory.File(RunFiles.Weights)).ShouldBeFalse();
    }

    [Fact]
    public async Task Weights_of_an_earlier_run_are_kept_under_another_name()
    {
        using var services = Host();
        var earlier = await File.ReadAllBytesAsync((await Train(services, [], CancellationToken.None)).WeightsPath!);
        await Train(services, [], CancellationToken.None);

        var kept = Directory.GetFiles(_directory.Path, "weights.*.safetensors").ShouldHaveSingleItem();
        (await File.ReadAllBytesAsync(kept)).ShouldBe(earlier);
        File.Exists(_directory.File(RunFiles.Weights)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_loss_that_is_no_number_ends_the_run_and_keeps_what_was_saved()
    {
        using var services = Host(("Losses:1:Name", "nan"));
        var error = await Should.ThrowAsync<IRConStyleException>(() => Train(services, [], CancellationToken.None));
        error.Message.ShouldContain("Loss nan");
        error.Message.ShouldContain("iteration 1");
        error.Remedy.ShouldNotBeNull().ShouldContain("LearningRate");
        File.Exists(_directory.File(RunFiles.Weights)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_bad_image_ends_the_run_with_its_name()
    {
        using var services = Host(("Data:Options:Broken", "3"), ("MaxUnreadableImages", "0"));
        (await Should.ThrowAsync<IRConStyleException>(() => Train(services, [], CancellationToken.None))).Message.ShouldContain("3.png");
    }

    [Fact]
    public async Task A_backbone_of_one_channel_is_trained_in_stages()
    {
        using var services = OneChannel(("Training:Stages:0:From", "4"), ("Training:Stages:0:PatchSize", "10"), ("Training:Stages:0:BatchSize", "1"));
        (await Train(services, [], CancellationToken.None)).Completed.ShouldBeTrue();
        using var loaded = services.GetRequiredService<NetworkLoader>().Open("run", _directory.File(RunFiles.Weights), "cpu");
        using var scope = torch.NewDisposeScope();
        loaded.Restorer.Restore(torch.rand(3, 9, 7)).shape.ShouldBe([3, 9, 7]);
    }

    [Fact]
    public async Task Patches_of_every_stage_are_tried_before_the_first_iteration()
    {
        var reports = new List<TrainingProgress>();
        using (var services = OneChannel(("Training:Stages:0:From", "5"), ("Training:Stages:0:PatchSize", "17")))
        {
            var error = await Should.ThrowAsync<IRConStyleException>(() => Train(services, reports, CancellationToken.None));
            error.Message.ShouldContain("from iteration 5 on are 17 pixels wide");
            error.Message.ShouldContain("multiples of 2");
            error.Remedy.ShouldNotBeNull().ShouldContain("16 or 18");
        }

        using (var services = OneChannel(("Training:Stages:0:From", "5"), ("Training:Stages:0:PatchSize", "16"), ("Training:Data:Options:LargestPatch", "8")))
            (await Should.ThrowAsync<IRConStyleException>(() => Train(services, reports, CancellationToken.None))).Message.ShouldContain("16");
        reports.ShouldBeEmpty();
        // A stage that the run does not reach is none of its business.
        using (var services = OneChannel(("Training:Stages:0:From", "900"), ("Training:Stages:0:PatchSize", "17")))
            (await Train(services, reports, CancellationToken.None)).Completed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_pipeline_without_data_says_what_to_set()
    {
        using var services = EngineHost.Create("""{ "Pipelines": { "run": { "Backbone": { "Name": "tiny" } } } }""");
        var error = await Should.ThrowAsync<IRConStyleException>(() => Train(services, [], CancellationToken.None));
        error.Remedy.ShouldNotBeNull().ShouldContain("IRConStyle:Pipelines:run:Training:Data");
    }

    [Fact]
    public async Task A_run_leaves_no_more_tensors_behind_than_building_its_network()
    {
        using var services = Host();
        await Train(services, [], CancellationToken.None);
        var start = EngineHost.LiveTensors();
        // A batch norm of TorchSharp 0.107 is not counted down completely when it is disposed.
        services.Network("tiny").Dispose();
        var built = EngineHost.LiveTensors();
        await Train(services, [], CancellationToken.None);
        (EngineHost.LiveTensors() - built).ShouldBe(built - start);
    }

    private static ServiceProvider OneChannel(params (string Key, string? Value)[] settings)
        => EngineHost.Create(
            """
            { "Pipelines": { "run": { "Backbone": { "Name": "tiny", "Options": { "Channels": 1, "SizeMultiple": 2 } }, "Training": {
                "Data": { "Name": "synthetic" }, "Losses": [{ "Name": "square" }], "Iterations": 6, "BatchSize": 2, "PatchSize": 8 } } } }
            """,
            [.. settings.Select(entry => ($"Pipelines:run:{entry.Key}", entry.Value))]);

    private static ServiceProvider Host(params (string Key, string? Value)[] training)
        => EngineHost.Create(
            """
            { "Pipelines": { "run": { "Backbone": { "Name": "tiny" }, "Training": {
                "Data": { "Name": "synthetic" },
                "Losses": [{ "Name": "square" }],
                "Iterations": 6, "BatchSize": 2, "PatchSize": 8, "LoaderThreads": 2, "ReportEvery": 2 } } } }
            """,
            [.. training.Select(entry => ($"Pipelines:run:Training:{entry.Key}", entry.Value))]);

    private async Task<byte[]> Weights(ServiceProvider services)
        => await File.ReadAllBytesAsync((await Train(services, [], CancellationToken.None)).WeightsPath!);

    private Task<TrainingResult> Train(ServiceProvider services, List<TrainingProgress> reports, CancellationToken cancellation)
        => Train(services, new Recorder(reports), cancellation);

    private Task<TrainingResult> Train(ServiceProvider services, IProgress<TrainingProgress> progress, CancellationToken cancellation)
        => services.GetRequiredService<Trainer>().RunAsync(
            new TrainingRequest("run", _directory.Path, "cpu") { Progress = progress }, cancellation);

    /// <summary>Reports at once; <see cref="Progress{T}"/> would do so on another thread, later.</summary>
    private sealed class Recorder(List<TrainingProgress> reports) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => reports.Add(value);
    }

    private sealed class CancelAfter(int iteration, CancellationTokenSource cancellation) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Iteration == iteration)
                cancellation.Cancel();
        }
    }
}

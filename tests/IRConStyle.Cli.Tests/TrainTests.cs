using System.Text.RegularExpressions;

namespace IRConStyle.Cli.Tests;

[Collection(TinyPipelineTests.Name)]
public sealed class TrainTests(TinyPipeline tiny) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Training_reports_losses_and_leaves_weights()
    {
        tiny.Training.ExitCode.ShouldBe(0, tiny.Training.Error);
        File.Exists(tiny.Weights).ShouldBeTrue();
        tiny.Training.Output.ShouldContain("iteration 1 of 2");
        tiny.Training.Output.ShouldContain("iteration 2 of 2");
        tiny.Training.Output.ShouldMatch(@"lr 1\.0e-04  l1 0\.\d+  infonce \d+\.\d+");
        tiny.Training.Lines[^1].ShouldBe($"trained 2 iterations, weights in {tiny.Weights}");
    }

    [Fact]
    public void The_last_line_tells_the_last_validation_and_where_the_best_weights_are()
    {
        var run = _directory.File("run");
        var result = Program.Run(
            ["train", "--pipeline", "tiny", "--data", tiny.Clean, "--validation", tiny.Clean, "--output", run, "--device", "cpu",
             "--iterations", "2", "--batch-size", "2", "--patch-size", "32", "--set", "Pipelines:tiny:Metrics:0=psnr", .. TinyPipeline.Settings]);

        result.ExitCode.ShouldBe(0, result.Error);
        var validation = Regex.Match(result.Lines[^2], @"^iteration 2 of 2  validation  psnr (\d+\.\d{4})  best (\d+\.\d{4})$");
        validation.Success.ShouldBeTrue(result.Output);
        validation.Groups[2].Value.ShouldBe(validation.Groups[1].Value, "the first validation is the best");
        result.Lines[^1].ShouldBe(
            $"trained 2 iterations, weights in {Path.Combine(run, "weights.safetensors")}; "
            + $"best validation psnr {validation.Groups[1].Value} after 2 iterations, weights in {Path.Combine(run, "best.safetensors")}");
    }

    [Fact]
    public void The_end_of_a_time_budget_is_success_and_says_that_it_was_planned()
    {
        var result = Program.Run(
            ["train", "--pipeline", "tiny", "--data", tiny.Clean, "--output", _directory.File("run"), "--device", "cpu",
             "--iterations", "1000000", "--max-time", "0:00:00.01", "--batch-size", "2", "--patch-size", "32", .. TinyPipeline.Settings]);

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines[^1].ShouldStartWith("stopped as planned, time is up after ");
    }

    [Fact]
    public void Grey_and_colour_images_smaller_than_their_patches_train_a_backbone_of_one_channel()
    {
        Pictures.Write(_directory.File("mixed", "colour.png"), 20, 40, seed: 1);
        Pictures.Write(_directory.File("mixed", "small.png"), 9, 5, seed: 2);
        var result = Program.Run(
            ["train", "--pipeline", "denoise-nafnet-tiny", "--data", _directory.File("mixed"), "--output", _directory.File("run"), "--device", "cpu",
             "--iterations", "2", "--batch-size", "2", "--patch-size", "32",
             "--set", "Pipelines:denoise-nafnet-tiny:Backbone:Options:ImageChannels=1",
             "--set", "Pipelines:denoise-nafnet-tiny:Training:Stages:0:From=2",
             "--set", "Pipelines:denoise-nafnet-tiny:Training:Stages:0:PatchSize=48",
             "--set", "Pipelines:denoise-nafnet-tiny:Training:Stages:0:BatchSize=1"]);

        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldNotContain("unreadable");
    }

    [Fact]
    public void A_pipeline_without_data_says_so()
    {
        var result = Program.Run(["train", "--pipeline", "tiny", "--output", _directory.File("run"), .. TinyPipeline.Settings]);

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("tiny has no training data");
        result.Error.ShouldContain("--data");
    }

    /// <summary>A pipeline that a plugin brings is known only once the plugins are.</summary>
    [Fact]
    public void Options_hold_for_a_pipeline_that_a_plugin_brings()
    {
        var plugin = Directory.CreateDirectory(_directory.File("plugins", "Mine"));
        foreach (var file in Directory.EnumerateFiles(DropInTests.Sample))
            File.Copy(file, Path.Combine(plugin.FullName, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(plugin.FullName, "pipelines.json"), """
            { "brought": {
                "Backbone": { "Name": "drop-in-unet", "Options": { "Dim": 4 } },
                "Training": { "Degradation": { "Name": "gaussian-noise" }, "Losses": [{ "Name": "l1" }], "Iterations": 100000, "BatchSize": 2, "PatchSize": 32 } } }
            """);

        var result = Program.Run(
            "train", "--pipeline", "brought", "--data", tiny.Clean, "--iterations", "1", "--output", _directory.File("run"),
            "--device", "cpu", "--plugins", _directory.File("plugins"));

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines[^1].ShouldContain("trained 1 iteration");
    }

    [Fact]
    public void An_option_out_of_bounds_is_named_by_its_key()
    {
        var result = Program.Run(
            ["train", "--pipeline", "tiny", "--data", tiny.Clean, "--batch-size", "0", "--output", _directory.File("run"), .. TinyPipeline.Settings]);

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("IRConStyle:Pipelines:tiny:Training:BatchSize");
    }

    [SkippableFact]
    public void A_request_to_terminate_saves_the_weights()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no signal to send to another process.");
        using var process = Program.Start(
            new Dictionary<string, string>(),
            ["train", "--pipeline", "tiny", "--data", tiny.Clean, "--output", _directory.File("run"),
             "--iterations", "1000000", "--batch-size", "2", "--patch-size", "32", .. TinyPipeline.Settings]);
        process.StandardOutput.ReadLine().ShouldNotBeNull().ShouldContain("iteration 1 of 1,000,000");

        Program.Terminate(process);
        var result = Program.Finish(process);

        result.ExitCode.ShouldBe(130, result.Error);
        result.Lines[^1].ShouldMatch(@"^stopped after [\d,]+ iterations?, weights in .*weights\.safetensors$");
        File.Exists(_directory.File("run", "weights.safetensors")).ShouldBeTrue();
        result.Error.ShouldNotContain("   at ");
    }
}

using System.CommandLine;
using System.Globalization;
using IRConStyle.Cli.Hosting;
using IRConStyle.Cli.Terminal;
using IRConStyle.Framework.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Trains a pipeline.</summary>
internal sealed class TrainCommand : Verb
{
    private const string DefaultDataset = "clean-folder";
    private const string DataName = "Training:Data:Name";
    private const string DataRoot = "Training:Data:Options:Root";

    private readonly Option<string> _pipeline = new("--pipeline", "-p") { Description = "The pipeline to train.", HelpName = "NAME", Required = true };

    private readonly Option<string?> _data = new("--data") { Description = "The folder of training images.", HelpName = "DIR" };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "The folder that receives weights.safetensors; without it runs/NAME.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _device = PipelineChoice.Device();

    private readonly Option<int?> _iterations = new("--iterations") { Description = "Optimizer steps in all.", HelpName = "N" };

    private readonly Option<int?> _batchSize = new("--batch-size") { Description = "Patches per step.", HelpName = "N" };

    private readonly Option<int?> _patchSize = new("--patch-size") { Description = "Side of the square patches in pixels.", HelpName = "N" };

    private readonly Option<double?> _learningRate = new("--learning-rate") { Description = "The highest learning rate.", HelpName = "X" };

    private readonly Option<ulong?> _seed = new("--seed") { Description = "The same seed gives the same run.", HelpName = "N" };

    public TrainCommand()
        : base(
            "train",
            "Trains a pipeline on a folder of images.",
            "train --pipeline denoise --data photos",
            "train --pipeline nafnet --data photos --iterations 50000 --batch-size 4 --set Pipelines:nafnet:Training:SaveEvery=1000")
    {
        Add(_pipeline);
        Add(_data);
        Add(_output);
        Add(_iterations);
        Add(_batchSize);
        Add(_patchSize);
        Add(_learningRate);
        Add(_seed);
        Add(_device);
    }

    protected override int Run(VerbCall call)
    {
        var pipeline = call.Result.GetRequiredValue(_pipeline);
        var output = call.Result.GetValue(_output) ?? Path.Combine("runs", pipeline);
        using var host = call.OpenHost(below => Settings(call.Result, pipeline, below));
        var trainer = host.Services.GetRequiredService<Trainer>();
        var result = TrainingView.Run(call.Screen, progress => trainer
            .RunAsync(new TrainingRequest(pipeline, output, call.Result.GetValue(_device)) { Progress = progress }, call.Stop)
            .GetAwaiter().GetResult());
        call.Screen.WriteLine(
            $"{(result.Completed ? "trained" : "stopped after")} {Figures.Count(result.Iterations, "iteration")}, {(result.WeightsPath is { } path ? $"weights in {path}" : "nothing to save")}");
        return result.Completed ? ExitCode.Success : ExitCode.Interrupted;
    }

    private IEnumerable<KeyValuePair<string, string?>> Settings(ParseResult result, string pipeline, IConfiguration below)
    {
        // Settings for a pipeline that does not exist would make one; its name is to be refused instead.
        if (!below.GetSection(CliHost.PipelineKey(pipeline)).Exists())
            return [];

        var settings = new List<(string Key, IFormattable? Value)>
        {
            ("Iterations", result.GetValue(_iterations)),
            ("BatchSize", result.GetValue(_batchSize)),
            ("PatchSize", result.GetValue(_patchSize)),
            ("LearningRate", result.GetValue(_learningRate)),
            ("Seed", result.GetValue(_seed)),
        };
        return settings
            .Where(setting => setting.Value is not null)
            .Select(setting => (Key: $"Training:{setting.Key}", Value: setting.Value!.ToString(null, CultureInfo.InvariantCulture)))
            .Concat(Data(result.GetValue(_data), below[CliHost.PipelineKey(pipeline, DataName)]))
            .Select(setting => KeyValuePair.Create(CliHost.PipelineKey(pipeline, setting.Key), (string?)setting.Value));
    }

    private static IEnumerable<(string Key, string Value)> Data(string? folder, string? configuredDataset)
    {
        if (folder is null)
            yield break;
        yield return (DataRoot, Path.GetFullPath(folder));
        if (string.IsNullOrEmpty(configuredDataset))
            yield return (DataName, DefaultDataset);
    }
}

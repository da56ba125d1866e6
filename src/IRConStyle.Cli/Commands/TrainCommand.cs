using System.CommandLine;
using IRConStyle.Cli.Terminal;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Hosting;
using IRConStyle.Training.Loop;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Trains a pipeline.</summary>
internal sealed class TrainCommand : Verb
{
    private readonly Option<string> _pipeline = new("--pipeline", "-p") { Description = "The pipeline to train.", HelpName = "NAME", Required = true };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "The folder that receives weights, checkpoints, logs and pictures; without it runs/NAME.",
        HelpName = "DIR",
    };

    private readonly Option<bool> _resume = new("--resume") { Description = "Go on from the newest checkpoint in the output folder, if there is one." };

    private readonly Option<string?> _device = PipelineChoice.Device();

    private readonly Option<int?> _iterations = new("--iterations") { Description = "Optimizer steps in all.", HelpName = "N" };

    private readonly Option<TimeSpan?> _maxTime = new("--max-time")
    {
        Description = "Stop after this time, with a checkpoint to go on from.",
        HelpName = "H:MM:SS",
    };

    private readonly Option<int?> _batchSize = new("--batch-size") { Description = "Patches per forward pass.", HelpName = "N" };

    private readonly Option<int?> _patchSize = new("--patch-size") { Description = "Side of the square patches in pixels.", HelpName = "N" };

    private readonly Option<double?> _learningRate = new("--learning-rate") { Description = "The base learning rate.", HelpName = "X" };

    private readonly Option<TrainingPrecision?> _precision = new("--precision") { Description = "The type the backbone computes in." };

    private readonly Option<string?> _initialWeights = new("--initial-weights") { Description = "A checkpoint to start from, for fine-tuning.", HelpName = "FILE" };

    private readonly Option<int?> _saveEvery = new("--save-every") { Description = "Iterations between two checkpoints.", HelpName = "N" };

    private readonly Option<ulong?> _seed = new("--seed") { Description = "The same seed gives the same run.", HelpName = "N" };

    private readonly TrainingData _data = new();

    public TrainCommand()
        : base(
            "train",
            "Trains a pipeline on a folder of images.",
            "train --pipeline denoise-constyle-nafnet-tiny --data photos --validation photos/held-out",
            "train --pipeline denoise-constyle-nafnet-tiny --data photos --resume --max-time 8:00:00",
            "train --pipeline derain-nafnet --clean rain/clean --degraded rain/degraded --set Pipelines:derain-nafnet:Training:AccumulateBatches=2")
    {
        Add(_pipeline);
        _data.AddTo(this);
        Add(_output);
        Add(_resume);
        Add(_iterations);
        Add(_maxTime);
        Add(_batchSize);
        Add(_patchSize);
        Add(_learningRate);
        Add(_precision);
        Add(_initialWeights);
        Add(_saveEvery);
        Add(_seed);
        Add(_device);
    }

    protected override int Run(VerbCall call)
    {
        var pipeline = call.Result.GetRequiredValue(_pipeline);
        var output = call.Result.GetValue(_output) ?? Path.Combine("runs", pipeline);
        using var host = call.OpenHost();
        var trainer = host.Services.GetRequiredService<Trainer>();
        var request = new TrainingRequest(pipeline, output, call.Result.GetValue(_device)) 
        {
            Resume = call.Result.GetValue(_resume),
            Changes = Changes(call.Result),
        };
        var result = TrainingView.Run(
            call.Screen, progress => trainer.RunAsync(request with { Progress = progress }, call.Stop).GetAwaiter().GetResult());
        call.Screen.WriteLine(Summary(result));
        return TrainingExitCode.Of(result);
    }

    private static string Summary(TrainingResult result)
    {
        var end = result.End switch
        {
            TrainingEnd.Completed => "trained",
            TrainingEnd.TimeBudget => "stopped as planned, time is up after",
            _ => "stopped after",
        };
        var best = result.Best is { } validation
            ? $"; best validation {(validation.Metric is { } metric ? $"{metric} " : "")}{Figures.Fixed(validation.Value, 4)}"
                + $" after {Figures.Count(validation.Iteration, "iteration")}, weights in {validation.WeightsPath}"
            : "";
        return $"{end} {Figures.Count(result.Iterations, "iteration")}, {(result.WeightsPath is { } path ? $"weights in {path}" : "nothing to save")}{best}";
    }

    private TrainingChanges Changes(ParseResult result) => _data.Apply(result, new TrainingChanges
    {
        Iterations = result.GetValue(_iterations),
        MaxTime = result.GetValue(_maxTime),
        BatchSize = result.GetValue(_batchSize),
        PatchSize = result.GetValue(_patchSize),
        LearningRate = result.GetValue(_learningRate),
        Precision = result.GetValue(_precision),
        SaveEvery = result.GetValue(_saveEvery),
        Seed = result.GetValue(_seed),
        InitialWeights = result.GetValue(_initialWeights),
    });
}

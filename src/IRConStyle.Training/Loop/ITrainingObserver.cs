using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Training.Loop;

/// <summary>Follows training runs: writes logs, draws curves, counts. Register any number with the host's services.</summary>
public interface ITrainingObserver
{
    /// <summary>Called when a run begins, or goes on from a checkpoint.</summary>
    /// <param name="run">The run.</param>
    /// <returns>What follows this run; disposed when it ends.</returns>
    ITrainingRecorder Observe(TrainingRun run);
}

/// <summary>
/// Follows one run. Called on the thread that trains, one call at a time. An exception from it is logged and the recorder
/// left out from then on: a picture that cannot be drawn costs no training.
/// </summary>
public interface ITrainingRecorder : IDisposable
{
    /// <summary>Losses and speed since the last report.</summary>
    void Report(TrainingProgress progress);

    /// <summary>A validation; its tensors are valid during the call.</summary>
    void Report(ValidationReport validation);

    /// <summary>A checkpoint or weights were written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="iteration">The last finished iteration it holds.</param>
    void Saved(string path, int iteration);

    /// <summary>The run ended, by itself or on request; not called when it failed.</summary>
    void Finished(TrainingResult result);
}

/// <summary>A training run as its observers see it.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Options">The pipeline.</param>
/// <param name="OutputDirectory">Where the run writes; exists.</param>
/// <param name="Device">cpu, or cuda:n.</param>
/// <param name="StartIteration">The last iteration that was finished before; 0 for a new run.</param>
/// <param name="Parameters">How many numbers are trained.</param>
/// <param name="Metrics">What validation measures; empty without validation.</param>
public sealed record TrainingRun(
    string Pipeline,
    PipelineOptions Options,
    string OutputDirectory,
    string Device,
    int StartIteration,
    long Parameters,
    IReadOnlyList<TrainingMetric> Metrics);

/// <summary>A metric of validation.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">Its unit, for example <c>dB</c>; empty for plain numbers.</param>
/// <param name="Direction">Which way is better.</param>
public sealed record TrainingMetric(string Name, string Unit, MetricDirection Direction);

/// <summary>One validation of the averaged weights.</summary>
/// <param name="Iteration">After which iteration.</param>
/// <param name="Values">The mean of each metric over all images.</param>
/// <param name="IsBest">Whether no earlier validation was better by the deciding metric.</param>
/// <param name="Images">How many images were measured.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Samples">The first images, for sheets.</param>
public sealed record ValidationReport(
    int Iteration,
    IReadOnlyDictionary<string, double> Values,
    bool IsBest,
    int Images,
    TimeSpan Elapsed,
    IReadOnlyList<ValidationSample> Samples);

/// <summary>One image of a validation; C×H×W uint8 on the CPU each, valid while it is reported.</summary>
/// <param name="Name">The image's name.</param>
/// <param name="Degraded">The input.</param>
/// <param name="Restored">The result.</param>
/// <param name="Clean">The original.</param>
/// <param name="Values">Each metric of this image.</param>
public sealed record ValidationSample(
    string Name, torch.Tensor Degraded, torch.Tensor Restored, torch.Tensor Clean, IReadOnlyDictionary<string, double> Values);

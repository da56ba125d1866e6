using IRConStyle.Abstractions;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Optimization;
using IRConStyle.Training.Runs;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace IRConStyle.Training.Loop;

/// <summary>The state of a run that outlives the process: what a checkpoint holds, and writing and reading it.</summary>
internal sealed partial class TrainingSession(
    PipelineOptions pipeline, TrainingStep step, ILearningRateSchedule schedule, CheckpointFolder checkpoints, string output, ILogger logger)
    : IDisposable
{
    // A disk that is full may have room again by the next checkpoint; one that stays full ends the run.
    private const int MostFailedSaves = 3;

    private int _failedSaves;
    private int _savedIteration = -1;

    public TrainingOptions Options => pipeline.Training;

    public TrainingStep Step => step;

    public string WeightsPath { get; } = Path.Combine(output, RunFiles.Weights);

    /// <summary>The last finished iteration.</summary>
    public int Iteration { get; set; }

    public int RollBacks { get; private set; }

    /// <summary>What the learning rate is multiplied by since roll-backs.</summary>
    public double RateFactor { get; private set; } = 1;

    public double? LeastLoss { get; set; }

    /// <summary>The weights of the best validation.</summary>
    public BestWeights Best { get; } = new(output, pipeline, logger);

    /// <summary>Decides order, patches and degradations; after a roll-back others than led there.</summary>
    public ulong SampleSeed => RollBacks == 0 ? Options.Seed : SplitMix64.At(~Options.Seed, (ulong)RollBacks);

    public double LearningRate(int iteration) => schedule.At(iteration) * RateFactor;

    /// <summary>
    /// All random numbers of a step (dropout, MixUp) follow from the seed and the iteration, so that a run goes on anywhere
    /// as if it had never stopped.
    /// </summary>
    public ulong StepSeed(int iteration) => SplitMix64.At(SplitMix64.At(SampleSeed, 0x5374_6570), (ulong)iteration);

    public void Restore(string path, TrainingState state)
    {
        TrainingCheckpoint.Load(path, step, state);
        Iteration = _savedIteration = state.Iteration;
        (RollBacks, RateFactor, LeastLoss) = (state.RollBacks, state.RateFactor, state.LeastLoss);
        Best.GoBackTo(state);
        if (!File.Exists(WeightsPath))
            _savedIteration = -1;
        LogResumed(logger, Iteration, path);
    }

    /// <summary>Goes back to the newest checkpoint, with a lower rate and other samples.</summary>
    /// <param name="reason">Why.</param>
    public void RollBack(string reason)
    {
        var (path, state) = checkpoints.Newest() ?? throw new InvalidOperationException("a run that may be rolled back begins with a checkpoint");
        var (rollBacks, factor) = (RollBacks + 1, RateFactor * Options.Divergence.RateFactor);
        Restore(path, state);
        (RollBacks, RateFactor) = (rollBacks, factor);
        checkpoints.ForgetAfter(Iteration);
        // Written anew, so that a run that is interrupted now knows of it.
        _savedIteration = -1;
        Save(mustSucceed: true);
        LogRolledBack(logger, reason, Iteration, RateFactor);
    }

    /// <summary>Writes a checkpoint and the averaged weights, unless those of this iteration are there already.</summary>
    /// <param name="mustSucceed">Whether a failure ends the run, or waits for the next time.</param>
    /// <returns>The files written.</returns>
    public IReadOnlyList<string> Save(bool mustSucceed)
    {
        if (_savedIteration == Iteration)
            return [];
        Best.Retry();
        try
        {
            var path = checkpoints.PathOf(Iteration);
            TrainingCheckpoint.Write(path, step, pipeline, new TrainingState(
                Iteration, step.Optimizer.Steps, RollBacks, RateFactor, LeastLoss, Best.WrittenValue, Best.WrittenIteration, ConfigurationChanges.Snapshot(pipeline)));
            WeightsFile.Save(WeightsPath, step.Average.State, pipeline, Iteration);
            Best.NoteCheckpoint();
            checkpoints.Prune();
            (_savedIteration, _failedSaves) = (Iteration, 0);
            LogSaved(logger, path, Iteration);
            return [path, WeightsPath];
        }
        catch (IRConStyleException error) when (!mustSucceed && ++_failedSaves < MostFailedSaves)
        {
            LogNotSaved(logger, error.Message);
            return [];
        }
    }

    /// <summary>Whether no weight has become infinite or no number; waits for the device.</summary>
    public bool IsSound()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        return step.Parameters.Values.Buffer.isfinite().all().item<bool>();
    }

    /// <inheritdoc/>
    public void Dispose() => Best.Dispose();

    [LoggerMessage(LogLevel.Information, "Going on after iteration {Iteration} from {Path}.")]
    private static partial void LogResumed(ILogger logger, int iteration, string path);

    [LoggerMessage(LogLevel.Warning, "{Reason} Gone back to iteration {Iteration}; the learning rate is multiplied by {Factor} from now on.")]
    private static partial void LogRolledBack(ILogger logger, string reason, int iteration, double factor);

    [LoggerMessage(LogLevel.Information, "Checkpoint of iteration {Iteration} written to {Path}.")]
    private static partial void LogSaved(ILogger logger, string path, int iteration);

    [LoggerMessage(LogLevel.Warning, "{Problem} The training goes on; the next checkpoint is tried when it is due.")]
    private static partial void LogNotSaved(ILogger logger, string problem);
}

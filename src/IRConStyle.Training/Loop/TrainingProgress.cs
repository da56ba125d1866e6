using IRConStyle.Training.Samples;

namespace IRConStyle.Training.Loop;

/// <summary>Where a training run stands.</summary>
/// <param name="Iteration">The last finished iteration, from 1.</param>
/// <param name="Iterations">How many there will be.</param>
/// <param name="LearningRate">The rate of this iteration.</param>
/// <param name="Losses">Each unweighted loss, averaged since the last report.</param>
/// <param name="IterationsPerSecond">Measured since the last report.</param>
/// <param name="ImagesPerSecond">Patches per second, measured since the last report.</param>
/// <param name="Remaining">Estimated time left.</param>
/// <param name="DataWait">The part of the time spent waiting for data since the last report, 0 to 1.</param>
public sealed record TrainingProgress(
    int Iteration,
    int Iterations,
    double LearningRate,
    IReadOnlyDictionary<string, double> Losses,
    double IterationsPerSecond,
    double ImagesPerSecond,
    TimeSpan Remaining,
    double DataWait)
{
    /// <summary>Time since this process began the run.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Resident memory of the process in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>The last validation's means by metric; empty before the first.</summary>
    public IReadOnlyDictionary<string, double> Validation { get; init; } = new Dictionary<string, double>();

    /// <summary>The best value of the deciding metric so far; null before the first validation.</summary>
    public double? Best { get; init; }

    /// <summary>Images left out so far because they could not be read.</summary>
    public int UnreadableImages { get; init; }

    /// <summary>How often the run was rolled back.</summary>
    public int RollBacks { get; init; }
}

/// <summary>What to train, and where to.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="OutputDirectory">Receives weights, checkpoints, logs and pictures; created when missing.</param>
/// <param name="Device">auto, cpu, cuda or cuda:n; null for the configured device.</param>
public sealed record TrainingRequest(string Pipeline, string OutputDirectory, string? Device = null)
{
    /// <summary>Goes on from the newest checkpoint in the output directory; without one the run begins anew.</summary>
    public bool Resume { get; init; }

    /// <summary>What is trained otherwise than the pipeline says.</summary>
    public TrainingChanges Changes { get; init; } = new();

    /// <summary>
    /// Called after the first iteration, then about every <c>Training:ReportEvery</c> iterations; once more for the same
    /// iteration when it was validated.
    /// </summary>
    public IProgress<TrainingProgress>? Progress { get; init; }
}

/// <summary>Why a training run ended.</summary>
public enum TrainingEnd
{
    /// <summary>All iterations are done.</summary>
    Completed,

    /// <summary>It was asked to stop.</summary>
    Cancelled,

    /// <summary>Its time budget was used up.</summary>
    TimeBudget,
}

/// <summary>What a training run left behind.</summary>
/// <param name="WeightsPath">The averaged weights; null when the run was cancelled before its first iteration.</param>
/// <param name="Iterations">How many iterations were done in all.</param>
/// <param name="End">Why it ended.</param>
/// <param name="Losses">The last reported losses.</param>
public sealed record TrainingResult(
    string? WeightsPath, int Iterations, TrainingEnd End, IReadOnlyDictionary<string, double> Losses)
{
    /// <summary>Whether all iterations are done.</summary>
    public bool Completed => End == TrainingEnd.Completed;

    /// <summary>The best validation; null when there was none.</summary>
    public BestValidation? Best { get; init; }
}

/// <summary>The best of a run's validations.</summary>
/// <param name="Metric">The deciding metric; null where a run that goes on no longer validates.</param>
/// <param name="Value">Its mean; may be infinite.</param>
/// <param name="Iteration">After which iteration.</param>
/// <param name="WeightsPath">The averaged weights of that iteration.</param>
public sealed record BestValidation(string? Metric, double Value, int Iteration, string WeightsPath);

namespace IRConStyle.Framework.Training;

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
    double DataWait);

/// <summary>What to train, and where to.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="OutputDirectory">Receives <c>weights.safetensors</c>; created when missing.</param>
/// <param name="Device">auto, cpu, cuda or cuda:n; null for the configured device.</param>
public sealed record TrainingRequest(string Pipeline, string OutputDirectory, string? Device = null)
{
    /// <summary>Called after the first iteration, then about every <see cref="ReportEvery"/> iterations.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Iterations between two reports.</summary>
    public int ReportEvery { get; init; } = 20;
}

/// <summary>What a training run left behind.</summary>
/// <param name="WeightsPath">The averaged weights; null when the run was cancelled before its first iteration.</param>
/// <param name="Iterations">How many iterations were done.</param>
/// <param name="Completed">False when the run was cancelled; the weights are then those of the last finished iteration.</param>
/// <param name="Losses">The last reported losses.</param>
public sealed record TrainingResult(
    string? WeightsPath, int Iterations, bool Completed, IReadOnlyDictionary<string, double> Losses);

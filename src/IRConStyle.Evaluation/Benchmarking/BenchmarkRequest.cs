using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Benchmarking;

/// <summary>What to measure.</summary>
/// <param name="Root">The folder below which the sets lie.</param>
public sealed record BenchmarkRequest(string Root)
{
    /// <summary>See <see cref="BenchmarkCatalogue.Select"/>. A benchmark that is named without wildcards must be there.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Where the reports go; null for <c>runs/benchmark-</c> and the pipeline's name, below the current directory.</summary>
    public string? Output { get; init; }

    /// <summary>See <see cref="Framework.Inference.NetworkLoader.Open"/>.</summary>
    public string? Pipeline { get; init; }

    /// <summary>See <see cref="Framework.Inference.NetworkLoader.Open"/>.</summary>
    public string? Weights { get; init; }

    /// <summary>See <see cref="Framework.Inference.NetworkLoader.Open"/>.</summary>
    public PartChoice? Part { get; init; }

    /// <summary>auto, cpu, cuda or cuda:n; null for the configured device.</summary>
    public string? Device { get; init; }

    /// <summary>Told how many images all benchmarks have that are there.</summary>
    public Action<int>? Planned { get; init; }

    /// <summary>Told of each benchmark before its first image.</summary>
    public Action<LocatedBenchmark>? Started { get; init; }

    /// <summary>Told of each image as it is measured.</summary>
    public Action<MeasuredImage>? Done { get; init; }
}

/// <summary>What became of a benchmark.</summary>
public enum BenchmarkStatus
{
    /// <summary>Its turn did not come: the run was stopped, or is not at its end.</summary>
    NotMeasured,

    /// <summary>It is measured.</summary>
    Measured,

    /// <summary>It does not lie below the root.</summary>
    Missing,

    /// <summary>It lies there and could not be measured.</summary>
    Failed,
}

/// <summary>What became of a benchmark.</summary>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Status">What became of it.</param>
public sealed record BenchmarkOutcome(LocatedBenchmark Benchmark, BenchmarkStatus Status)
{
    /// <summary>What was measured; null unless it was.</summary>
    public MeasuredSet? Set { get; init; }

    /// <summary>How it was measured, without what is told of this copy of the set; null unless it was.</summary>
    public string? Protocol { get; init; }

    /// <summary>Whether its sheet was drawn.</summary>
    public bool HasSheet { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether it was named and must be there.</summary>
    public bool IsRequired { get; init; }
}

/// <summary>What became of all benchmarks.</summary>
/// <param name="Report">What was measured.</param>
/// <param name="Outcomes">Every benchmark that was chosen.</param>
/// <param name="OutputDirectory">Where the reports are.</param>
/// <param name="WasStopped">Whether the run was cancelled; what was measured until then is there.</param>
public sealed record BenchmarkResult(
    MeasurementReport Report, IReadOnlyList<BenchmarkOutcome> Outcomes, string OutputDirectory, bool WasStopped)
{
    /// <summary>Whether all benchmarks that are there, and all that were named, have been measured.</summary>
    public bool IsComplete => Outcomes.All(outcome
        => outcome.Status is BenchmarkStatus.Measured || (outcome.Status is BenchmarkStatus.Missing && !outcome.IsRequired));
}

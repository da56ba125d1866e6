using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Measurement;

/// <summary>What to measure.</summary>
/// <param name="CleanDirectory">The clean originals.</param>
public sealed record EvaluationRequest(string CleanDirectory)
{
    /// <summary>
    /// The degraded images, paired with the originals by name. Exactly one of this, <see cref="NoiseSigma"/> and
    /// <see cref="Degradation"/> is set.
    /// </summary>
    public string? DegradedDirectory { get; init; }

    /// <summary>Standard deviation of the Gaussian noise added to the originals, on the 0 to 255 scale; every image gets the noise of seed 0.</summary>
    public double? NoiseSigma { get; init; }

    /// <summary>The name of a degradation, configured or a plugin's, that the originals are degraded by.</summary>
    public string? Degradation { get; init; }

    /// <summary>The seed of <see cref="Degradation"/>, with which each image gets a draw of its own by its name.</summary>
    public ulong Seed { get; init; }

    /// <summary>See <see cref="Framework.Inference.NetworkLoader.Open"/>.</summary>
    public string? Pipeline { get; init; }

    /// <summary>See <see cref="Framework.Inference.NetworkLoader.Open"/>.</summary>
    public string? Weights { get; init; }

    /// <summary>See <see cref="Framework.Inference.NetworkLoader.Open"/>.</summary>
    public PartChoice? Part { get; init; }

    /// <summary>auto, cpu, cuda or cuda:n; null for the configured device.</summary>
    public string? Device { get; init; }

    /// <summary>Metric names; empty for those the pipeline is configured with.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>Told how many images there are.</summary>
    public Action<int>? Planned { get; init; }

    /// <summary>Told of each image as it is measured.</summary>
    public Action<MeasuredImage>? Done { get; init; }
}

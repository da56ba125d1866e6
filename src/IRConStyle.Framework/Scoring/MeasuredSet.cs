using System.Text.Json.Serialization;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Scoring;

/// <summary>What was measured on a set of images.</summary>
/// <param name="Name">The set: a benchmark's name, or the folder of an evaluation.</param>
/// <param name="Metrics">What was measured.</param>
/// <param name="Images">Each image in order.</param>
public sealed record MeasuredSet(string Name, IReadOnlyList<MeasuredMetric> Metrics, IReadOnlyList<MeasuredImage> Images)
{
    /// <summary>How the set is called in tables; null for <see cref="Name"/>.</summary>
    public string? Title { get; init; }

    /// <summary>How it was measured, in words: degradation, colour, borders, padding, averaging.</summary>
    public string? Protocol { get; init; }

    /// <summary>The means over the images, or over scenes where the protocol averages scenes; by metric name.</summary>
    public required IReadOnlyDictionary<string, double> Mean { get; init; }

    /// <summary>The sample standard deviations over the images; by metric name; 0 for a single image.</summary>
    public required IReadOnlyDictionary<string, double> Deviation { get; init; }

    /// <summary>The means of the degraded images before they are restored; by metric name.</summary>
    public required IReadOnlyDictionary<string, double> Input { get; init; }

    /// <summary>The process's largest resident memory while this set was measured, in bytes.</summary>
    public long PeakMemoryBytes { get; init; }
}

/// <summary>A metric of a report.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">The unit for display; empty for plain numbers.</param>
/// <param name="Direction">Which way is better.</param>
public sealed record MeasuredMetric(
    string Name, string Unit, [property: JsonConverter(typeof(JsonStringEnumConverter<MetricDirection>))] MetricDirection Direction);

/// <summary>What was measured on one image.</summary>
/// <param name="Name">The image.</param>
/// <param name="Width">Its width in pixels.</param>
/// <param name="Height">Its height in pixels.</param>
/// <param name="Seconds">How long restoring took, without loading, degrading and scoring.</param>
/// <param name="Values">Metric values of the restored image by metric name.</param>
/// <param name="Input">Metric values of the degraded image by metric name.</param>
public sealed record MeasuredImage(
    string Name,
    int Width,
    int Height,
    double Seconds,
    IReadOnlyDictionary<string, double> Values,
    IReadOnlyDictionary<string, double> Input);

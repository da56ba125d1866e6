using System.Text.Json;
using System.Text.Json.Serialization;

namespace IRConStyle.Training.Telemetry;

/// <summary>What a line of <c>metrics.jsonl</c> tells.</summary>
public enum MetricsKind
{
    /// <summary>A run began, or went on from a checkpoint.</summary>
    Start,

    /// <summary>Losses and speed.</summary>
    Report,

    /// <summary>A validation.</summary>
    Validation,

    /// <summary>A checkpoint or weights were written.</summary>
    Saved,

    /// <summary>The run ended.</summary>
    End,
}

/// <summary>One line of <c>metrics.jsonl</c>: a JSON object with the keys below in camel case; what a kind has no value for is left out.</summary>
public sealed record MetricsLine
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // A restored image may be its original: infinite PSNR.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>What the line tells.</summary>
    public required MetricsKind Kind { get; init; }

    /// <summary>After which iteration.</summary>
    public required int Iteration { get; init; }

    /// <summary>When it was written, UTC.</summary>
    public DateTime Time { get; init; } = DateTime.UtcNow;

    /// <summary>Start: the pipeline's name.</summary>
    public string? Pipeline { get; init; }

    /// <summary>Start: cpu, or cuda:n.</summary>
    public string? Device { get; init; }

    /// <summary>Start: how many numbers are trained.</summary>
    public long? Parameters { get; init; }

    /// <summary>Start: how many iterations there will be.</summary>
    public int? Iterations { get; init; }

    /// <summary>Report: the learning rate.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Report: the weighted sum of the losses, averaged since the report before.</summary>
    public double? Loss { get; init; }

    /// <summary>Report: each unweighted loss, averaged since the report before.</summary>
    public IReadOnlyDictionary<string, double>? Losses { get; init; }

    /// <summary>Report: optimizer steps per second.</summary>
    public double? IterationsPerSecond { get; init; }

    /// <summary>Report: patches per second.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Report: the part of the time spent waiting for data, 0 to 1.</summary>
    public double? DataWait { get; init; }

    /// <summary>Report: resident memory of the process in bytes.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Report: images left out so far because they could not be read.</summary>
    public int? UnreadableImages { get; init; }

    /// <summary>Report: how often the run was rolled back.</summary>
    public int? RollBacks { get; init; }

    /// <summary>Validation: the mean of each metric.</summary>
    public IReadOnlyDictionary<string, double>? Validation { get; init; }

    /// <summary>Validation: whether no earlier one was better.</summary>
    public bool? IsBest { get; init; }

    /// <summary>Validation: how many images were measured.</summary>
    public int? Images { get; init; }

    /// <summary>Validation: how long it took.</summary>
    public double? Seconds { get; init; }

    /// <summary>Saved: the file, relative to the output directory, with forward slashes.</summary>
    public string? Path { get; init; }

    /// <summary>End: why the run ended.</summary>
    public string? End { get; init; }

    /// <summary>Reads a line.</summary>
    /// <param name="text">The line.</param>
    /// <returns>The line; null when it is none, for example because it was torn.</returns>
    public static MetricsLine? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<MetricsLine>(text, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The line as JSON, without a line break.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, Json);
}

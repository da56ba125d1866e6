using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IRConStyle.Framework.Files;

namespace IRConStyle.Framework.Evaluation;

/// <summary>What to measure.</summary>
/// <param name="CleanDirectory">The clean originals.</param>
public sealed record EvaluationRequest(string CleanDirectory)
{
    /// <summary>The degraded images, paired with the originals by name; null degrades the originals with <see cref="NoiseSigma"/>.</summary>
    public string? DegradedDirectory { get; init; }

    /// <summary>Standard deviation of the added Gaussian noise on the 0 to 255 scale.</summary>
    public double? NoiseSigma { get; init; }

    /// <summary>See <see cref="Inference.NetworkLoader.Open"/>.</summary>
    public string? Pipeline { get; init; }

    /// <summary>See <see cref="Inference.NetworkLoader.Open"/>.</summary>
    public string? Weights { get; init; }

    /// <summary>See <see cref="Inference.NetworkLoader.Open"/>.</summary>
    public string? Section { get; init; }

    /// <summary>auto, cpu, cuda or cuda:n; null for the configured device.</summary>
    public string? Device { get; init; }

    /// <summary>Metric names; empty for those the pipeline is configured with.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>Told how many images there are.</summary>
    public Action<int>? Planned { get; init; }

    /// <summary>Told of each image as it is measured.</summary>
    public Action<ImageScore>? Done { get; init; }
}

/// <summary>What was measured on one image.</summary>
/// <param name="Name">The image.</param>
/// <param name="Values">Metric values by metric name.</param>
public sealed record ImageScore(string Name, IReadOnlyDictionary<string, double> Values);

/// <summary>What was measured on a set of images.</summary>
/// <param name="Pipeline">The pipeline measured.</param>
/// <param name="Metrics">Metric names in order.</param>
/// <param name="Images">Each image in order.</param>
public sealed record EvaluationReport(string Pipeline, IReadOnlyList<string> Metrics, IReadOnlyList<ImageScore> Images)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        // PSNR of equal images is infinite, for which JSON has no number.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The arithmetic mean of each metric over the images.</summary>
    public IReadOnlyDictionary<string, double> Mean
        => Metrics.ToDictionary(metric => metric, metric => Images.Average(image => image.Values[metric]));

    /// <summary>Writes <c>{"images":[{"name":…,"psnr":…}],"mean":{"psnr":…}}</c>; infinite values become the string "Infinity".</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <exception cref="Abstractions.IRConStyleException">The file cannot be written.</exception>
    public void WriteJson(string path)
    {
        var images = Images.Select(image => (JsonNode)Values(image.Values, new JsonObject { ["name"] = image.Name })).ToArray();
        var document = new JsonObject
        {
            ["pipeline"] = Pipeline,
            ["images"] = new JsonArray(images),
            ["mean"] = Values(Mean, []),
        };
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, document, Json));
    }

    private static JsonObject Values(IReadOnlyDictionary<string, double> values, JsonObject into)
    {
        foreach (var (metric, value) in values)
            into[metric] = JsonSerializer.SerializeToNode(value, Json);
        return into;
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Inference;

namespace IRConStyle.Framework.Evaluation;

/// <summary>What a pipeline measured on one or several sets of images: what evaluations and benchmarks leave as JSON.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Sets">The sets in the order they were measured.</param>
public sealed record MeasurementReport(string Pipeline, IReadOnlyList<MeasuredSet> Sets)
{
    /// <summary>The format's name and version, by which a reader knows the file.</summary>
    public const string FormatName = "irconstyle-measurement-1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // PSNR of equal images is infinite, for which JSON has no number.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Always <see cref="FormatName"/>.</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>The weights file; null for a pipeline without parameters.</summary>
    public string? Weights { get; init; }

    /// <summary>Where the network was: <c>cpu</c>, <c>cuda:0</c>.</summary>
    public string? Device { get; init; }

    /// <summary>When the measurement ended, in UTC.</summary>
    public DateTime? Time { get; init; }

    /// <summary>A report of what a network measured just now.</summary>
    /// <param name="network">The network.</param>
    /// <param name="sets">What it measured.</param>
    public static MeasurementReport Of(LoadedNetwork network, IReadOnlyList<MeasuredSet> sets)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new MeasurementReport(network.Network.PipelineName, sets)
        {
            Weights = network.WeightsPath,
            Device = network.Device.ToString(),
            Time = DateTime.UtcNow,
        };
    }

    /// <summary>Writes the report; infinite values become the text "Infinity".</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <exception cref="IRConStyleException">The file cannot be written.</exception>
    public void WriteJson(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));

    /// <summary>Reads a report.</summary>
    /// <param name="path">A file that <see cref="WriteJson"/> wrote.</param>
    /// <exception cref="IRConStyleException">The file is missing, unreadable or no report.</exception>
    public static MeasurementReport ReadJson(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var report = JsonSerializer.Deserialize<MeasurementReport>(stream, Json);
            if (report?.Format == FormatName)
                return report;
            throw new IRConStyleException($"{path} is no measurement of this program.", "Name a file that evaluate --json or benchmark wrote.");
        }
        catch (JsonException exception)
        {
            throw new IRConStyleException($"{path} is no measurement: {exception.Message}", "Name a file that evaluate --json or benchmark wrote.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException($"{path} cannot be read: {exception.Message}", "Check the path and its permissions.", exception);
        }
    }
}

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

using System.Text.Json;
using System.Text.Json.Serialization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Reports;

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

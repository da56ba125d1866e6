using System.Globalization;
using System.Text;
using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Pipelines;

/// <summary>
/// A pipeline as JSON text: its networks (encoder, injection, backbone, with their options as given) and, where it says how
/// it is trained, its training settings. It stands in the metadata of weights files, so that such a file alone rebuilds its
/// network and tells how it came about.
/// </summary>
public static class PipelineDocument
{
    /// <summary>The key of the text in the metadata of weights files.</summary>
    public const string MetadataKey = "irconstyle.pipeline";

    private const int Version = 1;
    private const string VersionKey = "Version";
    private const string Root = "Pipeline";

    /// <summary>Writes a pipeline.</summary>
    /// <param name="pipeline">The pipeline; its training images, metrics and weights are left out.</param>
    /// <returns>One line of JSON.</returns>
    public static string Write(PipelineOptions pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber(VersionKey, Version);
            if (pipeline.Encoder is not null)
            {
                Write(json, nameof(pipeline.Encoder), pipeline.Encoder);
                // The default is spelt out: what it is may change, what the weights were trained with does not.
                Write(json, nameof(pipeline.Injection), pipeline.Injection ?? new ComponentOptions { Name = PipelineOptions.DefaultInjection });
            }

            Write(json, nameof(pipeline.Backbone), pipeline.Backbone);
            if (pipeline.Training.Losses.Length > 0)
                WriteTraining(json, pipeline.Training);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads a pipeline back.</summary>
    /// <param name="json">What <see cref="Write(PipelineOptions)"/> wrote.</param>
    /// <param name="source">Where it stood, for messages: the weights file's path.</param>
    /// <returns>A pipeline without data and weights; without its training where that does not fit this program's settings.</returns>
    /// <exception cref="IRConStyleException">The text is no pipeline, or a newer program wrote it.</exception>
    public static PipelineOptions Read(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(source);
        var entries = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        try
        {
            using var document = JsonDocument.Parse(json);
            Flatten(document.RootElement, Root, entries);
        }
        catch (JsonException exception)
        {
            throw new IRConStyleException($"The pipeline described in {source} is not readable: {exception.Message}", "Name the pipeline explicitly.", exception);
        }

        if (!entries.Remove(ConfigurationPath.Combine(Root, VersionKey), out var version)
            || !int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > Version)
            throw new IRConStyleException(
                $"The pipeline described in {source} has version '{version}', this program reads up to {Version}.",
                "Update the program, or name the pipeline explicitly.");

        try
        {
            return Bind(entries);
        }
        catch (ConfigurationException) when (WithoutTraining(entries) is { } rest && rest.Count < entries.Count)
        {
            // How the weights came about is for people: a key renamed since must not keep their network from being built.
            return Bind(rest, source);
        }
        catch (ConfigurationException exception)
        {
            throw Unfit(source, exception);
        }
    }

    private static PipelineOptions Bind(Dictionary<string, string?> entries, string source)
    {
        try
        {
            return Bind(entries);
        }
        catch (ConfigurationException exception)
        {
            throw Unfit(source, exception);
        }
    }

    private static PipelineOptions Bind(Dictionary<string, string?> entries)
        => OptionsBinder.Bind<PipelineOptions>(new ConfigurationBuilder().AddInMemoryCollection(entries).Build().GetSection(Root));

    private static IRConStyleException Unfit(string source, ConfigurationException exception)
        => new($"The pipeline described in {source} does not fit: {exception.Message}", "Name the pipeline explicitly.", exception);

    private static Dictionary<string, string?> WithoutTraining(Dictionary<string, string?> entries)
    {
        var training = ConfigurationPath.Combine(Root, nameof(PipelineOptions.Training));
        return entries.Where(entry => !entry.Key.StartsWith(training, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>How the weights came about. The folder of training images stays out: it says something of a machine alone.</summary>
    private static void WriteTraining(Utf8JsonWriter json, TrainingOptions training)
    {
        json.WriteStartObject(nameof(PipelineOptions.Training));
        if (training.Degradation is not null)
            Write(json, nameof(training.Degradation), training.Degradation);
        if (training.Schedule is not null)
            Write(json, nameof(training.Schedule), training.Schedule);
        WriteLosses(json, nameof(training.Losses), training.Losses);
        WriteLosses(json, nameof(training.ContrastiveLosses), training.ContrastiveLosses);
        foreach (var property in typeof(TrainingOptions).GetProperties().Where(property => IsScalar(property.PropertyType)))
            if (property.GetValue(training) is { } value)
                json.WriteString(property.Name, Convert.ToString(value, CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private static bool IsScalar(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is { IsPrimitive: true } or { IsEnum: true };

    private static void WriteLosses(Utf8JsonWriter json, string key, LossOptions[] losses)
    {
        json.WriteStartArray(key);
        foreach (var loss in losses)
        {
            json.WriteStartObject();
            WriteBody(json, loss);
            json.WriteString(nameof(loss.Weight), loss.Weight.ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string key, ComponentOptions component)
    {
        json.WriteStartObject(key);
        WriteBody(json, component);
        json.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter json, ComponentOptions component)
    {
        json.WriteString(nameof(component.Name), component.Name);
        if (component.Options is { } options && (options.Value is not null || options.GetChildren().Any()))
        {
            json.WritePropertyName(nameof(component.Options));
            Write(json, options);
        }
    }

    private static void Write(Utf8JsonWriter json, IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        if (children.Count == 0)
        {
            json.WriteStringValue(section.Value);
        }
        else if (children.Select((child, index) => child.Key == index.ToString(CultureInfo.InvariantCulture)).All(isNext => isNext))
        {
            json.WriteStartArray();
            foreach (var child in children)
                Write(json, child);
            json.WriteEndArray();
        }
        else
        {
            json.WriteStartObject();
            foreach (var child in children)
            {
                json.WritePropertyName(child.Key);
                Write(json, child);
            }

            json.WriteEndObject();
        }
    }

    private static void Flatten(JsonElement element, string path, Dictionary<string, string?> entries)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                    Flatten(property.Value, ConfigurationPath.Combine(path, property.Name), entries);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                    Flatten(item, ConfigurationPath.Combine(path, (index++).ToString(CultureInfo.InvariantCulture)), entries);
                break;
            default:
                entries[path] = element.ValueKind is JsonValueKind.Null ? null : element.ToString();
                break;
        }
    }
}

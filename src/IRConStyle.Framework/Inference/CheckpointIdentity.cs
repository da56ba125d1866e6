using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Inference;

/// <summary>Which networks a checkpoint is of.</summary>
/// <param name="Pipeline">The networks; null when they cannot be built from this file alone.</param>
/// <param name="IsDescribed">Whether the file's metadata says so; otherwise names and shapes do.</param>
/// <param name="Detected">What names and shapes tell; null when no plugin recognises them.</param>
/// <param name="Configured">The configured pipelines of the same networks, those of the task the file was trained for first.</param>
public sealed record CheckpointIdentity(PipelineOptions? Pipeline, bool IsDescribed, DetectedNetwork? Detected, IReadOnlyList<string> Configured)
{
    /// <summary>The networks for people: <c>constyle-nafnet with constyle</c>.</summary>
    public string Summary => Pipeline is { } pipeline
        ? Join(pipeline.Backbone.Name, pipeline.Encoder?.Name)
        : Join(Detected?.Backbone?.Name, Detected?.Encoder?.Name);

    /// <summary>Each component with what is configured of it, for people: <c>backbone</c>, <c>nafnet: Width 16, EncoderBlocks 1 1 1</c>.</summary>
    public IEnumerable<(string Part, string Text)> Components => new[]
    {
        ("backbone", Pipeline is null ? Detected?.Backbone?.ToOptions() : Pipeline.Backbone),
        ("encoder", Pipeline is null ? Detected?.Encoder?.ToOptions() : Pipeline.Encoder),
        ("injection", Pipeline is null ? Detected?.Injection?.ToOptions() : Pipeline.Injection),
    }.Where(part => part.Item2 is not null).Select(part => (part.Item1, Show(part.Item2!)));

    /// <summary>What is assumed of them, because neither metadata nor names and shapes tell: <c>LeakyReluSlope 0.2</c>.</summary>
    public IReadOnlyList<string> Assumptions => IsDescribed ? [] : [.. Detected?.Components.SelectMany(component => component.Assumptions) ?? []];

    /// <summary>The networks, or why this file alone does not make a pipeline.</summary>
    /// <param name="path">The file, for the error.</param>
    /// <exception cref="IRConStyleException">It holds an encoder alone, or a backbone whose encoder it lacks.</exception>
    internal PipelineOptions Require(string path) => Pipeline ?? throw (Detected?.LacksEncoder == true
        ? new IRConStyleException(
            $"{path} holds the network {Detected.Backbone!.Name}, but not the style encoder that it needs.",
            "Give a file that holds both; where the encoder has a file of its own, train with Training:EncoderWeights.")
        : new IRConStyleException(
            $"{path} holds the style encoder {Detected?.Encoder?.Name} and no network that restores images.",
            "Give the weights of a whole pipeline; an encoder's own are for Training:EncoderWeights."));

    private static string Show(ComponentOptions component)
    {
        var options = component.Options?.GetChildren().Select(child => $"{child.Key} {Value(child)}").ToArray() ?? [];
        return options.Length == 0 ? component.Name : $"{component.Name}: {string.Join(", ", options)}";

        static string Value(IConfigurationSection section)
            => section.GetChildren().Any() ? string.Join(' ', section.GetChildren().Select(child => child.Value)) : section.Value ?? "";
    }

    private static string Join(string? backbone, string? encoder)
        => backbone is null ? $"the style encoder {encoder}" : encoder is null ? backbone : $"{backbone} with {encoder}";
}

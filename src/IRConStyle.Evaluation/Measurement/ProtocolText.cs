using IRConStyle.Framework.Inference;
using Microsoft.Extensions.Options;
using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using IRConStyle.Framework.Scoring;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Evaluation.Measurement;

/// <summary>How degraded images come about.</summary>
/// <param name="Component">The degradation; null where the pairs lie in files.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="IsSeedByName">Whether each image's name is mixed into the seed.</param>
internal sealed record DegradationProtocol(ComponentOptions? Component, ulong Seed = 0, bool IsSeedByName = false);

/// <summary>Says in words how a set is measured, so that a figure never stands without its protocol.</summary>
/// <param name="catalogue">Knows what metrics compute.</param>
/// <param name="degradations">Knows what a degradation's name stands for.</param>
/// <param name="inference">When large images are tiled.</param>
public sealed class ProtocolText(ComponentCatalogue catalogue, NamedDegradations degradations, IOptions<InferenceOptions> inference)
{
    /// <summary>The protocol as a few sentences.</summary>
    internal string Describe(
        DegradationProtocol degradation, IEnumerable<ComponentOptions> metrics, int padTo = 0, bool grey = false,
        MeasurementAveraging averaging = MeasurementAveraging.Images)
        => string.Join(' ',
            Degraded(degradation),
            $"Restored{(grey ? " as grey images" : "")} {Restored(inference.Value)}; clamped to [0, 1] and rounded to 8 bits, half to even.",
            padTo > 0
                ? $"Both images are extended by reflection to multiples of {padTo} pixels before, and what was added is scored too."
                : "Scored at the image's own size.",
            $"{string.Join("; ", metrics.Select(Metric))}.",
            averaging is MeasurementAveraging.Scenes ? "Means are over scenes, each the mean of its images." : "Means are over images.");

    /// <summary>The options that are set, as <c>Sigma=25, Quality=30</c>; empty without any.</summary>
    internal static string Options(ComponentOptions component)
        => component.Options is null ? "" : string.Join(", ", component.Options.AsEnumerable(makePathsRelative: true)
            .Where(entry => entry.Value is not null)
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => $"{entry.Key}={entry.Value}"));

    private string Degraded(DegradationProtocol degradation)
    {
        if (degradation.Component is not { } component)
            return "Pairs as they lie in the files.";
        var meant = degradations.Resolve(component);
        var seed = degradation.IsSeedByName ? $"seed {degradation.Seed} mixed with each image's name" : $"seed {degradation.Seed} for every image";
        return $"Clean images degraded by {component.Name}{(meant == component ? "" : $", which is {meant.Name}")}{InBrackets(meant)}, {seed}; "
            + "the network gets the values as they come, neither clipped nor rounded.";
    }

    private string Metric(ComponentOptions metric)
    {
        var name = metric.Name + InBrackets(metric);
        return catalogue.Get<IMetric>(metric.Name).Info.Summary.TrimEnd('.') is { Length: > 0 } summary
            ? $"{name}: {char.ToLowerInvariant(summary[0])}{summary[1..]}"
            : name;
    }

    private static string InBrackets(ComponentOptions component) => Options(component) is { Length: > 0 } options ? $" ({options})" : "";

    private static string Restored(InferenceOptions options) => string.Concat(
        options switch
        {
            { TileSize: { } side } => Text($"whole, or in tiles of as many pixels as a square of {side}"),
            { MemoryBudget: { } megabytes } => Text($"whole, or in tiles where {megabytes} MB do not hold the feature maps"),
            _ => "whole, or in tiles where half of the memory does not hold the feature maps",
        },
        options.Precision is InferencePrecision.Float32 ? "" : $", in {options.Precision}",
        options.Ensemble ? ", the mean over eight orientations" : "",
        options.Strength < 1 ? Text($", with strength {options.Strength}") : "",
        options.Texture > 0 ? Text($", with {options.Texture} of the removed texture given back") : "");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

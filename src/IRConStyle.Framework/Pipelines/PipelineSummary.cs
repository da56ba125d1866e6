using IRConStyle.Framework.Configuration;

namespace IRConStyle.Framework.Pipelines;

/// <summary>What a list shows of a pipeline: read from the configuration as it stands, neither bound nor checked.</summary>
/// <param name="Name">The pipeline.</param>
/// <param name="Summary">One line; empty where there is none.</param>
/// <param name="Encoder">The style encoder's name; null for a network without style.</param>
/// <param name="Injection">How style enters the backbone; null for a network without style.</param>
/// <param name="Backbone">The backbone's name; empty where none is named.</param>
/// <param name="WeightsPath">The full path of the weights; null for a network still to be trained.</param>
public sealed record PipelineSummary(string Name, string Summary, string? Encoder, string? Injection, string Backbone, string? WeightsPath)
{
    /// <summary>Reads one from its section.</summary>
    internal static PipelineSummary Of(string name, SectionNode section)
    {
        string? Component(string key) => section.Find(key)?[ComponentKeys.Name] is { Length: > 0 } component ? component : null;

        var encoder = Component(nameof(PipelineOptions.Encoder));
        return new PipelineSummary(
            name,
            section[nameof(PipelineOptions.Summary)] ?? "",
            encoder,
            encoder is null ? null : Component(nameof(PipelineOptions.Injection)) ?? PipelineOptions.DefaultInjection,
            Component(nameof(PipelineOptions.Backbone)) ?? "",
            new PipelineOptions { Weights = section[nameof(PipelineOptions.Weights)] }.WeightsPath);
    }
}

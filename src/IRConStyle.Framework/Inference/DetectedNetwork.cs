using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;

namespace IRConStyle.Framework.Inference;

/// <summary>A component that names and shapes of a checkpoint tell.</summary>
/// <param name="Name">The name a plugin registered it under.</param>
/// <param name="Options">An instance of its options.</param>
/// <param name="Assumed">The options that names and shapes do not tell; they have the values of the authors.</param>
public sealed record DetectedComponent(string Name, object Options, IReadOnlyList<string> Assumed)
{
    /// <summary>The component by name, with the options that differ from its defaults.</summary>
    public ComponentOptions ToOptions() => ComponentOptions.Of(Name, OptionsWriter.Differences(Options));

    /// <summary>What is assumed and its value, for people: <c>LeakyReluSlope 0.2</c>.</summary>
    public IEnumerable<string> Assumptions => Assumed.Select(option => $"{option} {OptionsWriter.Show(Options, option)}");
}

/// <summary>What names and shapes of a checkpoint tell of its networks.</summary>
/// <param name="Place">What stands before the names of the backbone, or of the encoder where there is none.</param>
/// <param name="Backbone">The backbone; null in a checkpoint of an encoder alone.</param>
/// <param name="Encoder">The style encoder; null when the file holds none.</param>
/// <param name="Injection">How style enters the backbone; null when it takes none.</param>
public sealed record DetectedNetwork(string Place, DetectedComponent? Backbone, DetectedComponent? Encoder, DetectedComponent? Injection)
{
    /// <summary>Whether the backbone takes a style that no encoder of the file delivers.</summary>
    public bool LacksEncoder => Injection is not null && Encoder is null;

    /// <summary>The components that were recognised.</summary>
    public IEnumerable<DetectedComponent> Components => new[] { Backbone, Encoder, Injection }.OfType<DetectedComponent>();

    /// <summary>The pipeline of these networks; null without a backbone, or when the backbone lacks its encoder.</summary>
    public PipelineOptions? ToPipeline() => Backbone is null || LacksEncoder ? null : new PipelineOptions
    {
        Backbone = Backbone.ToOptions(),
        Encoder = Encoder?.ToOptions(),
        Injection = Injection?.ToOptions(),
    };
}

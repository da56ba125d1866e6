using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;

namespace IRConStyle.Framework.Inference;

/// <summary>
/// Finds out which networks a checkpoint is of: what its metadata says comes first, then what names and shapes tell. Only the
/// file's description is read, and no network is built.
/// </summary>
/// <param name="factory">Knows the configured pipelines.</param>
/// <param name="catalogue">Knows the components.</param>
/// <param name="detector">Recognises networks by names and shapes.</param>
public sealed class CheckpointIdentifier(IPipelineFactory factory, ComponentCatalogue catalogue, NetworkDetector detector)
{
    /// <summary>Identifies a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="choice">Where in it to look; null for everywhere.</param>
    /// <returns>The networks; null when the file does not say and no plugin recognises them.</returns>
    /// <exception cref="IRConStyleException">The file is unreadable, or its metadata malformed.</exception>
    public CheckpointIdentity? Identify(string path, PartChoice? choice = null)
    {
        using var whole = CheckpointFile.OpenWhole(path);
        return Identify(whole, choice);
    }

    /// <summary>Identifies a file that is open.</summary>
    /// <param name="whole">The file; it stays the caller's.</param>
    /// <param name="choice">Where in it to look; null for everywhere.</param>
    /// <returns>The networks; null when the file does not say and no plugin recognises them.</returns>
    /// <exception cref="IRConStyleException">The file's metadata is malformed.</exception>
    public CheckpointIdentity? Identify(CheckpointReader whole, PartChoice? choice = null)
    {
        ArgumentNullException.ThrowIfNull(whole);
        var detected = detector.Detect(whole, choice);
        if (whole.Metadata.TryGetValue(PipelineDocument.MetadataKey, out var document))
        {
            var described = PipelineDocument.Read(document, whole.FilePath);
            return new CheckpointIdentity(described, IsDescribed: true, detected, Like(described, null));
        }

        if (detected is null)
            return null;
        var pipeline = detected.ToPipeline();
        return new CheckpointIdentity(pipeline, IsDescribed: false, detected, pipeline is null ? [] : Like(pipeline, detected));
    }

    /// <summary>Whether two pipelines have the same networks with the same options.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <param name="detected">Tells which options are only assumed, and are not compared.</param>
    internal bool AreAlike(PipelineOptions left, PipelineOptions right, DetectedNetwork? detected)
        => IsSame<IBackbone>(left.Backbone, right.Backbone, detected?.Backbone)
            && IsSame<IStyleEncoder>(left.Encoder, right.Encoder, detected?.Encoder)
            && (left.Encoder is null || IsSame<IStyleInjection>(InjectionOf(left), InjectionOf(right), detected?.Injection));

    private string[] Like(PipelineOptions wanted, DetectedNetwork? detected)
        => [.. factory.Names
            .Select(name => (Name: name, Pipeline: Describe(name)))
            .Where(candidate => candidate.Pipeline is { } pipeline && AreAlike(pipeline, wanted, detected))
            .OrderBy(candidate => candidate.Pipeline!.Training.Degradation?.Name == wanted.Training.Degradation?.Name ? 0 : 1)
            .Select(candidate => candidate.Name)];

    // A pipeline that is configured wrongly is no suggestion; whoever asks for it is told what is wrong.
    private PipelineOptions? Describe(string name)
    {
        try
        {
            return factory.Describe(name);
        }
        catch (IRConStyleException)
        {
            return null;
        }
    }

    private bool IsSame<TComponent>(ComponentOptions? left, ComponentOptions? right, DetectedComponent? detected)
        where TComponent : class
    {
        if (left is null || right is null)
            return left is null && right is null;
        if (left.Name != right.Name || catalogue.Find<TComponent>(left.Name) is not { } component)
            return false;
        var errors = new List<ConfigurationError>();
        var (first, second) = (Bind(left), Bind(right));
        return errors.Count == 0 && OptionsWriter.AreEqual(first, second, detected?.Assumed ?? []);

        object Bind(ComponentOptions options)
            => OptionsBinder.TryBind(component.OptionsType, options.Options ?? MemorySection.Create(options.Name), errors);
    }

    private static ComponentOptions InjectionOf(PipelineOptions pipeline)
        => pipeline.Injection ?? new ComponentOptions { Name = PipelineOptions.DefaultInjection };
}

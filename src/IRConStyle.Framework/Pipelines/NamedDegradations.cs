using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Hosting;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Pipelines;

/// <summary>Degradations by name: those of plugins, and those that the configuration makes of them.</summary>
/// <param name="services">Brings what degradations are built with.</param>
/// <param name="section">Holds the configured ones.</param>
/// <param name="catalogue">Those of plugins.</param>
public sealed class NamedDegradations(IServiceProvider services, FrameworkSection section, ComponentCatalogue catalogue)
{
    /// <summary>The key of the configured degradations below <c>IRConStyle</c>.</summary>
    internal const string SectionKey = "Degradations";

    // Sequences of mixtures of sequences: more than anyone means, fewer than a ring.
    private const int DeepestNesting = 16;

    /// <summary>All names, configured ones first, each once.</summary>
    public IReadOnlyList<string> Names
        => [.. ConfiguredNames.Order(StringComparer.Ordinal).Concat(catalogue.NamesOf<IDegradation>()).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>The names that the configuration gives.</summary>
    internal IEnumerable<string> ConfiguredNames => section.Part(SectionKey).Children.Select(degradation => degradation.Key);

    /// <summary>Whether the configuration gives this name; case is ignored.</summary>
    internal bool IsConfigured(string name) => ConfiguredNames.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>What a name stands for: a component with its options.</summary>
    /// <param name="degradation">A component, or the name of a configured degradation, without options.</param>
    /// <exception cref="IRConStyleException">The name is configured and options are given as well, or it is unknown.</exception>
    public ComponentOptions Resolve(ComponentOptions degradation)
    {
        ArgumentNullException.ThrowIfNull(degradation);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (catalogue.Find<IDegradation>(degradation.Name) is null)
        {
            if (!seen.Add(degradation.Name))
                throw MadeOfItself(degradation.Name);
            if (Find(degradation.Name) is not { } configured)
                throw new IRConStyleException(
                    $"The degradation '{degradation.Name}' is unknown; {NearestName.Hint(degradation.Name, Names)}.",
                    $"Correct the name, add the plugin that brings it, or configure it at {FrameworkSection.PathOf(SectionKey)}.");
            if (degradation.Options?.GetChildren().Any() == true)
                throw new IRConStyleException(
                    $"The degradation '{degradation.Name}' is given with options ({string.Join(", ", degradation.Options.GetChildren().Select(child => child.Key))}), but it is a configured one.",
                    $"Set its options at {FrameworkSection.PathOf(SectionKey, degradation.Name, nameof(degradation.Options))}.");
            degradation = configured;
        }

        return degradation;
    }

    /// <summary>Builds a degradation and those it is made of.</summary>
    /// <param name="degradation">See <see cref="Resolve"/>.</param>
    /// <exception cref="IRConStyleException">It is unknown, its options are wrong, or degradations name each other in a ring.</exception>
    public IDegradation Create(ComponentOptions degradation) => Create(degradation, depth: 1);

    /// <summary>What a degradation is built with.</summary>
    internal DegradationContext CreateContext() => CreateContext(depth: 1);

    private IDegradation Create(ComponentOptions degradation, int depth)
    {
        if (depth > DeepestNesting)
            throw MadeOfItself(degradation.Name);
        var resolved = Resolve(degradation);
        return services.GetRequiredService<IPipelineFactory>().Create<IDegradation>(resolved.Name, resolved.Options, CreateContext(depth));
    }

    /// <summary>The configured degradation of this name; null when there is none.</summary>
    private ComponentOptions? Find(string name)
        => IsConfigured(name) ? OptionsBinder.Bind<ComponentOptions>(section.Part(SectionKey).GetSection(name)) : null;

    private static IRConStyleException MadeOfItself(string name) => new(
        $"The degradation '{name}' is made of others that are made of it.", "Take it out of those it is made of.");

    private DegradationContext CreateContext(int depth)
    {
        var images = services.GetService<IImageCompressor>()
            ?? throw new IRConStyleException("No image compressor is registered.", $"Register an {nameof(IImageCompressor)} with the host's services.");
        return new DegradationContext(services, images, inner => Create(inner, depth + 1));
    }
}

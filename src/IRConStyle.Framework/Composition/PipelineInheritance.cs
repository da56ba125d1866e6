using System.Globalization;
using IRConStyle.Abstractions;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Composition;

/// <summary>
/// Fills in what a pipeline takes from the one it is <see cref="PipelineOptions.BasedOn"/>: every key it does not set itself,
/// with lists and a component's options taken whole or not at all.
/// </summary>
internal static class PipelineInheritance
{
    private const string NameKey = nameof(ComponentOptions.Name);
    private const string OptionsKey = nameof(ComponentOptions.Options);

    /// <summary>What describes one pipeline and no other.</summary>
    private static readonly string[] Own = [nameof(PipelineOptions.Summary), nameof(PipelineOptions.Weights)];

    /// <summary>The section with every pipeline complete; the same section when none is based on another.</summary>
    /// <param name="section">The program's section.</param>
    /// <exception cref="ConfigurationException">A base does not exist, or pipelines are based on each other.</exception>
    public static IConfigurationSection Resolve(IConfigurationSection section)
    {
        var pipelines = section.GetSection(nameof(IRConStyleOptions.Pipelines)).GetChildren()
            .ToDictionary(pipeline => pipeline.Key, StringComparer.OrdinalIgnoreCase);
        if (!pipelines.Values.Any(pipeline => BaseOf(pipeline) is not null))
            return section;

        var inherited = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var pipeline in pipelines.Values)
        {
            // The nearest ancestor is first, and what it gives is no longer taken from those behind it.
            var layers = new List<IConfigurationSection> { pipeline };
            foreach (var ancestor in Ancestors(pipeline, pipelines))
            {
                foreach (var child in ancestor.GetChildren().Where(child => !Own.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
                    Inherit([.. layers.Select(layer => layer.GetSection(child.Key))], child, ConfigurationPath.Combine(pipeline.Path, child.Key), inherited);
                layers.Add(ancestor);
            }
        }

        return new ConfigurationBuilder()
            .AddInMemoryCollection(inherited)
            .AddInMemoryCollection(section.AsEnumerable().Where(entry => entry.Value is not null))
            .Build().GetSection(section.Path);
    }

    private static void Inherit(IConfigurationSection[] nearer, IConfigurationSection source, string path, Dictionary<string, string?> inherited)
    {
        var isList = source.GetChildren().Any(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        if (nearer.Any(section => section.Value is not null || (isList && section.Exists())))
            return;
        if (source.Value is not null)
            inherited.TryAdd(path, source.Value);
        var namesAnother = Array.Exists(nearer, section => section[NameKey] is { } name && name != source[NameKey]);
        foreach (var child in source.GetChildren().Where(child => !(namesAnother && child.Key == OptionsKey)))
            Inherit([.. nearer.Select(section => section.GetSection(child.Key))], child, ConfigurationPath.Combine(path, child.Key), inherited);
    }

    private static IEnumerable<IConfigurationSection> Ancestors(IConfigurationSection pipeline, Dictionary<string, IConfigurationSection> pipelines)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { pipeline.Key };
        for (var current = pipeline; BaseOf(current) is { } name;)
        {
            var path = ConfigurationPath.Combine(current.Path, nameof(PipelineOptions.BasedOn));
            if (!pipelines.TryGetValue(name, out var ancestor))
                throw Error(path, name, $"there is no such pipeline; {NearestName.Hint(name, pipelines.Keys)}");
            if (!seen.Add(ancestor.Key))
                throw Error(path, name, "a pipeline cannot be based on itself, not by way of others either");
            yield return current = ancestor;
        }
    }

    private static string? BaseOf(IConfigurationSection pipeline)
        => pipeline[nameof(PipelineOptions.BasedOn)] is { Length: > 0 } name ? name : null;

    private static ConfigurationException Error(string path, string value, string problem)
        => new([new ConfigurationError(path, value, problem)]);
}

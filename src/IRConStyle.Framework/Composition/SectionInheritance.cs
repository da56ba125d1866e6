using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Benchmarking;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Composition;

/// <summary>
/// Fills in what a pipeline or benchmark takes from the one it is <see cref="PipelineOptions.BasedOn"/>: every key it does
/// not set itself, with lists and a component's options taken whole or not at all.
/// </summary>
internal sealed class SectionInheritance
{
    private const string NameKey = nameof(ComponentOptions.Name);
    private const string OptionsKey = nameof(ComponentOptions.Options);
    private const string BaseKey = nameof(PipelineOptions.BasedOn);

    private static readonly SectionInheritance[] All =
    [
        new("pipeline", nameof(IRConStyleOptions.Pipelines), nameof(PipelineOptions.Summary), nameof(PipelineOptions.Weights)),
        new("benchmark", nameof(IRConStyleOptions.Benchmarks), nameof(BenchmarkOptions.Title)),
    ];

    private readonly string _noun;
    private readonly string _key;
    private readonly string[] _own;

    /// <param name="noun">What one of them is called.</param>
    /// <param name="key">The section that holds them by name.</param>
    /// <param name="own">Keys that describe one and no other.</param>
    private SectionInheritance(string noun, string key, params string[] own) => (_noun, _key, _own) = (noun, key, own);

    /// <summary>The section with every pipeline and benchmark complete; the same section when none is based on another.</summary>
    /// <param name="section">The program's section.</param>
    /// <exception cref="ConfigurationException">A base does not exist, or some are based on each other.</exception>
    public static IConfigurationSection Resolve(IConfigurationSection section)
    {
        var inherited = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var inheritance in All)
            inheritance.Collect(section, inherited);
        return inherited.Count == 0 ? section : new ConfigurationBuilder()
            .AddInMemoryCollection(inherited)
            .AddInMemoryCollection(section.AsEnumerable().Where(entry => entry.Value is not null))
            .Build().GetSection(section.Path);
    }

    private void Collect(IConfigurationSection section, Dictionary<string, string?> inherited)
    {
        var entries = section.GetSection(_key).GetChildren().ToDictionary(entry => entry.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var entry in entries.Values)
        {
            // The nearest ancestor is first, and what it gives is no longer taken from those behind it.
            var layers = new List<IConfigurationSection> { entry };
            foreach (var ancestor in Ancestors(entry, entries))
            {
                foreach (var child in ancestor.GetChildren().Where(child => !_own.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
                    Inherit([.. layers.Select(layer => layer.GetSection(child.Key))], child, ConfigurationPath.Combine(entry.Path, child.Key), inherited);
                layers.Add(ancestor);
            }
        }
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

    private IEnumerable<IConfigurationSection> Ancestors(IConfigurationSection entry, Dictionary<string, IConfigurationSection> entries)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { entry.Key };
        for (var current = entry; BaseOf(current) is { } name;)
        {
            var path = ConfigurationPath.Combine(current.Path, BaseKey);
            if (!entries.TryGetValue(name, out var ancestor))
                throw Error(path, name, $"there is no such {_noun}; {NearestName.Hint(name, entries.Keys)}");
            if (!seen.Add(ancestor.Key))
                throw Error(path, name, $"a {_noun} cannot be based on itself, not by way of others either");
            yield return current = ancestor;
        }
    }

    private static string? BaseOf(IConfigurationSection entry) => entry[BaseKey] is { Length: > 0 } name ? name : null;

    private static ConfigurationException Error(string path, string value, string problem)
        => new([new ConfigurationError(path, value, problem)]);
}

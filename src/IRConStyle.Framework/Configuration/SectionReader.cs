using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Configuration;

/// <summary>
/// Reads a section of a configuration into a tree, layer by layer: the merged view that a configuration offers no longer
/// tells a null in an upper layer from a key that only lower layers set.
/// </summary>
internal static class SectionReader
{
    /// <summary>Lays a section over what a tree holds already.</summary>
    /// <param name="tree">Holds the lowest layer; receives the others.</param>
    /// <param name="configuration">Its providers are the layers, the last the uppermost.</param>
    public static void Read(SectionNode tree, IConfiguration configuration)
    {
        if (configuration is not IConfigurationRoot root)
        {
            // A part of a configuration does not show its layers.
            if (Copy(configuration.GetSection(tree.Path)) is { } merged)
                tree.Overlay(merged);
            return;
        }

        foreach (var provider in root.Providers)
        {
            if (provider is ChainedConfigurationProvider chained)
                Read(tree, chained.Configuration);
            else if (Layer(provider, tree.Path) is { } layer)
                tree.Overlay(layer);
        }
    }

    /// <summary>The keys directly below a section in all layers.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="path">The section's path.</param>
    public static IReadOnlyList<string> KeysBelow(IConfiguration configuration, string path)
        => [.. configuration is IConfigurationRoot root
            ? root.Providers.SelectMany(provider => provider is ChainedConfigurationProvider chained
                ? KeysBelow(chained.Configuration, path)
                : provider.GetChildKeys([], path)).Distinct(StringComparer.OrdinalIgnoreCase)
            : configuration.GetSection(path).GetChildren().Select(child => child.Key)];

    private static SectionNode? Layer(IConfigurationProvider provider, string path)
    {
        var node = new SectionNode(path);
        var isSet = provider.TryGet(path, out var value);
        if (!string.IsNullOrEmpty(value))
        {
            // A value has no keys below it. To look for some would take longer than all the rest: a provider looks through
            // all its keys for those of one section.
            node.SetValue(value);
            return node;
        }

        foreach (var key in provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase))
            if (Layer(provider, ConfigurationPath.Combine(path, key)) is { } child)
                node.Attach(child);
        if (node.Children.Count > 0)
            return node;
        if (!isSet)
            return null;
        node.SetValue(value);
        return node;
    }

    private static SectionNode? Copy(IConfigurationSection section)
    {
        var node = new SectionNode(section.Path);
        foreach (var child in section.GetChildren().Select(Copy).OfType<SectionNode>())
            node.Attach(child);
        if (node.Children.Count == 0)
            node.SetValue(section.Value);
        return node.Children.Count == 0 && section.Value is null ? null : node;
    }
}

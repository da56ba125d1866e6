using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Configuration;

/// <summary>The keys of a component in the configuration.</summary>
internal static class ComponentKeys
{
    /// <summary>The key of its name.</summary>
    public const string Name = nameof(ComponentOptions.Name);

    /// <summary>The key of its options.</summary>
    public const string Options = nameof(ComponentOptions.Options);

    /// <summary>Whether both sections name a component, and not the same.</summary>
    public static bool NameAnother(SectionNode section, SectionNode other)
        => section[Name] is { Length: > 0 } name && other[Name] is { Length: > 0 } named && !name.Equals(named, StringComparison.Ordinal);
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace IRConStyle.Framework.Configuration;

/// <summary>
/// A configuration section in memory: read once, changed by nobody, and therefore quick to walk. Unlike the section it was
/// read from it knows a key that is set to null (<c>"Encoder": null</c>) from one that is not set.
/// </summary>
internal sealed class SectionNode : IConfigurationSection
{
    // Numbered children in the order of their numbers, others by name, as the stock configuration has them.
    private readonly SortedDictionary<string, SectionNode> _children = new(ConfigurationKeyComparer.Instance);

    /// <summary>A section without value and children.</summary>
    public SectionNode(string path) => (Path, Key) = (path, ConfigurationPath.GetSectionKey(path));

    public string Key { get; }

    public string Path { get; }

    public string? Value { get; private set; }

    string? IConfigurationSection.Value
    {
        get => Value;
        set => throw ReadOnly();
    }

    /// <summary>The children in order.</summary>
    public IReadOnlyCollection<SectionNode> Children => _children.Values;

    /// <summary>Whether the key is set and holds nothing: null, an empty object, or an empty text.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value) && _children.Count == 0;

    /// <summary>Whether anything is configured here, and be it null.</summary>
    public bool IsSet { get; private set; }

    /// <summary>Whether the children are numbered.</summary>
    public bool IsList => _children.Count > 0 && _children.Keys.All(key => key.All(char.IsAsciiDigit));

    public string? this[string key]
    {
        get => Find(key)?.Value;
        set => throw ReadOnly();
    }

    /// <summary>The child of this key, or the descendant of this path; null when it is not set.</summary>
    public SectionNode? Find(string path)
    {
        var node = this;
        foreach (var key in path.Split(ConfigurationPath.KeyDelimiter))
            if (!node._children.TryGetValue(key, out node))
                return null;
        return node;
    }

    public IConfigurationSection GetSection(string key) => Find(key) ?? new SectionNode(ConfigurationPath.Combine(Path, key));

    public IEnumerable<IConfigurationSection> GetChildren() => Children;

    /// <summary>Never fires: a node belongs to one reading of the configuration.</summary>
    public IChangeToken GetReloadToken() => new CancellationChangeToken(CancellationToken.None);

    /// <summary>A copy at another path.</summary>
    public SectionNode CopyTo(string path)
    {
        var copy = new SectionNode(path) { Value = Value, IsSet = IsSet };
        foreach (var child in Children)
            copy._children.Add(child.Key, child.CopyTo(ConfigurationPath.Combine(path, child.Key)));
        return copy;
    }

    /// <summary>Sets a value at a path below, while the tree is made.</summary>
    public void Set(string path, string? value)
    {
        var node = this;
        foreach (var key in path.Split(ConfigurationPath.KeyDelimiter))
            node = node.Child(key);
        node.SetValue(value);
    }

    /// <summary>Sets the value, while the tree is made; children go.</summary>
    public void SetValue(string? value)
    {
        (Value, IsSet) = (value, true);
        _children.Clear();
    }

    /// <summary>Adds a child, while the tree is made.</summary>
    public void Attach(SectionNode child)
    {
        _children.Add(child.Key, child);
        IsSet = true;
    }

    /// <summary>
    /// Lays a layer over this one. A value, and null too, replaces what lies below it with all its children; children are
    /// laid over each other, lists number by number. Where a layer names another component, the options that lie below were
    /// another component's, and go.
    /// </summary>
    public void Overlay(SectionNode layer)
    {
        if (layer._children.Count == 0)
        {
            SetValue(layer.Value);
            return;
        }

        (Value, IsSet) = (null, true);
        if (ComponentKeys.NameAnother(layer, this))
            _children.Remove(ComponentKeys.Options);
        foreach (var child in layer.Children)
            Child(child.Key).Overlay(child);
    }

    /// <summary>
    /// Takes what is not set here from another section; lists are taken whole or not at all, and so are the options of a
    /// component, which are not taken from one of another name.
    /// </summary>
    public void FillFrom(SectionNode source, IReadOnlyCollection<string> except)
    {
        var isOfAnother = ComponentKeys.NameAnother(this, source);
        foreach (var given in source.Children)
        {
            if (except.Contains(given.Key, StringComparer.OrdinalIgnoreCase)
                || (isOfAnother && ComponentKeys.Options.Equals(given.Key, StringComparison.OrdinalIgnoreCase)))
                continue;
            if (!_children.TryGetValue(given.Key, out var own))
                _children.Add(given.Key, given.CopyTo(ConfigurationPath.Combine(Path, given.Key)));
            else if (own._children.Count > 0 && !own.IsList && !given.IsList)
                own.FillFrom(given, []);
        }
    }

    private SectionNode Child(string key)
    {
        if (!_children.TryGetValue(key, out var child))
            _children.Add(key, child = new SectionNode(ConfigurationPath.Combine(Path, key)) { IsSet = true });
        return child;
    }

    private static NotSupportedException ReadOnly() => new("This section is a copy; set the configuration it was read from.");
}

using IRConStyle.Abstractions;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Configuration;

/// <summary>
/// Parts of the section <c>IRConStyle</c> that hold options by name, such as <c>Pipelines</c>: an entry may be based on another and then
/// takes every key that it does not set itself. Only the entry that is asked for is expanded.
/// </summary>
/// <typeparam name="TOptions">The options class of an entry.</typeparam>
/// <param name="section">The section.</param>
/// <param name="key">The part's key.</param>
/// <param name="noun">What one entry is called in messages.</param>
/// <param name="own">Keys that describe one entry and are never taken over.</param>
internal sealed class NamedSections<TOptions>(FrameworkSection section, string key, string noun, params string[] own)
    where TOptions : class
{
    /// <summary>The key that names the entry another one is based on.</summary>
    public const string BaseKey = "BasedOn";

    /// <summary>The names as they are written, sorted.</summary>
    public IReadOnlyList<string> Names => [.. section.Part(key).Children.Select(entry => entry.Key).Order(StringComparer.Ordinal)];

    /// <summary>An entry's path, as messages show it.</summary>
    public string PathOf(string name) => FrameworkSection.PathOf(key, name);

    /// <summary>Whether there is an entry of this name; case is ignored.</summary>
    public bool Contains(string name) => Entry(section.Part(key), name) is not null;

    /// <summary>The complete entry; null when there is none of this name.</summary>
    /// <exception cref="ConfigurationException">Its base does not exist, or is based on it.</exception>
    public SectionNode? Find(string name)
    {
        var entries = section.Part(key);
        return Entry(entries, name) is { } entry ? Expand(entry, entries, [entry.Key]) : null;
    }

    /// <summary>The options of an entry; null when something is wrong with them, which is added to a list.</summary>
    public TOptions? TryBind(string name, List<ConfigurationError> errors)
    {
        var before = errors.Count;
        try
        {
            var options = OptionsBinder.TryBind(typeof(TOptions), Find(name) ?? new SectionNode(PathOf(name)), errors);
            return errors.Count == before ? (TOptions)options : null;
        }
        catch (ConfigurationException exception)
        {
            errors.AddRange(exception.Errors);
            return null;
        }
    }

    private SectionNode Expand(SectionNode entry, SectionNode entries, List<string> descendants)
    {
        if (entry[BaseKey] is not { Length: > 0 } name)
            return entry;
        var path = ConfigurationPath.Combine(entry.Path, BaseKey);
        if (Entry(entries, name) is not { } ancestor)
            throw Error(path, name, $"there is no such {noun}; {NearestName.Hint(name, Names)}");
        if (descendants.Contains(ancestor.Key, StringComparer.OrdinalIgnoreCase))
            throw Error(path, name, $"a {noun} cannot be based on itself, not by way of others either");
        var whole = entry.CopyTo(entry.Path);
        whole.FillFrom(Expand(ancestor, entries, [.. descendants, ancestor.Key]), [.. own, BaseKey]);
        return whole;
    }

    // A name is one key, whatever it holds: a path would find parts of entries.
    private static SectionNode? Entry(SectionNode entries, string name)
        => name.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal) ? null : entries.Find(name);

    private static ConfigurationException Error(string path, string value, string problem) => new([new ConfigurationError(path, value, problem)]);
}

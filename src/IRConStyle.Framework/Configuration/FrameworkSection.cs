using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace IRConStyle.Framework.Configuration;

/// <summary>
/// The section <c>IRConStyle</c>. Each room of the framework owns keys of it (<see cref="OwnedKeys"/>), binds and checks them;
/// nobody holds the whole. Read once, and anew after the configuration was reloaded. Safe to use from several threads.
/// </summary>
public sealed class FrameworkSection
{
    /// <summary>The section's name.</summary>
    public const string Name = "IRConStyle";

    private readonly IConfiguration _configuration;
    private readonly SectionNode _lowest;
    private readonly OwnedKeys[] _owned;
    private readonly Lock _gate = new();
    private Reading? _reading;

    /// <param name="configuration">The host's configuration.</param>
    /// <param name="lowest">Defaults beneath it: what plugins bring along.</param>
    /// <param name="owned">Which keys there are.</param>
    internal FrameworkSection(IConfiguration configuration, SectionNode lowest, IEnumerable<OwnedKeys> owned)
        => (_configuration, _lowest, _owned) = (configuration, lowest, [.. owned]);

    /// <summary>The section, whether its keys are known or not; another object after a reload.</summary>
    internal SectionNode Unchecked => Current().Root;

    /// <summary>Everything wrong with the keys directly below the section.</summary>
    internal IReadOnlyList<ConfigurationError> UnknownKeys => Current().Unknown;

    /// <summary>A path below the section, as messages show it.</summary>
    /// <param name="keys">The keys on the way.</param>
    public static string PathOf(params string[] keys) => ConfigurationPath.Combine([Name, .. keys]);

    /// <summary>The section, all of whose keys are somebody's.</summary>
    /// <exception cref="ConfigurationException">There is a key that nobody owns: whoever wrote it meant something.</exception>
    internal SectionNode Root()
    {
        var reading = Current();
        return reading.Unknown.Count == 0 ? reading.Root : throw new ConfigurationException(reading.Unknown);
    }

    /// <summary>Part of the section; empty where nothing is configured.</summary>
    /// <param name="key">The part's key.</param>
    /// <exception cref="ConfigurationException">See <see cref="Root"/>.</exception>
    internal SectionNode Part(string key) => Root().Find(key) ?? new SectionNode(PathOf(key));

    private Reading Current()
    {
        lock (_gate)
        {
            // Asked of the token, not told by it: whoever else is told of a reload may be told first and ask at once.
            if (_reading is null || _reading.Reload.HasChanged)
                _reading = Read();
            return _reading;
        }
    }

    private Reading Read()
    {
        var reload = _configuration.GetReloadToken();
        var root = _lowest.CopyTo(Name);
        SectionReader.Read(root, _configuration);
        var known = _owned.SelectMany(owned => owned.RootKeys).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var unknown = root.Children.Where(child => !known.Contains(child.Key))
            .Select(child => new ConfigurationError(child.Path, null, $"this key is unknown; {NearestName.Hint(child.Key, known)}"));
        return new Reading(root, [.. unknown], reload);
    }

    private sealed record Reading(SectionNode Root, IReadOnlyList<ConfigurationError> Unknown, IChangeToken Reload);
}

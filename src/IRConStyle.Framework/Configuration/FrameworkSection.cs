using System.Collections.Concurrent;
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

    /// <summary>Another object after each reload.</summary>
    internal object Version => Current();

    /// <summary>Everything wrong with the keys directly below the section.</summary>
    internal IReadOnlyList<ConfigurationError> UnknownKeys => Current().Unknown;

    /// <summary>A path below the section, as messages show it.</summary>
    /// <param name="keys">The keys on the way.</param>
    public static string PathOf(params string[] keys) => ConfigurationPath.Combine([Name, .. keys]);

    /// <summary>Part of the section; empty where nothing is configured.</summary>
    /// <param name="key">The part's key.</param>
    /// <exception cref="ConfigurationException">There is a key that nobody owns: whoever wrote it meant something.</exception>
    internal SectionNode Part(string key) => Checked().Part(key);

    /// <summary>The section with these keys alone.</summary>
    /// <param name="keys">Keys directly below it.</param>
    /// <exception cref="ConfigurationException">See <see cref="Part"/>.</exception>
    internal SectionNode Only(IEnumerable<string> keys) => Checked().Only(keys);

    /// <summary>The same as <see cref="Part"/>, whether all keys are known or not.</summary>
    internal SectionNode UncheckedPart(string key) => Current().Part(key);

    /// <summary>The same as <see cref="Only"/>, whether all keys are known or not.</summary>
    internal SectionNode UncheckedOnly(IEnumerable<string> keys) => Current().Only(keys);

    private Reading Checked()
    {
        var reading = Current();
        return reading.Unknown.Count == 0 ? reading : throw new ConfigurationException(reading.Unknown);
    }

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
        var known = _owned.SelectMany(owned => owned.RootKeys).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var unknown = SectionReader.KeysBelow(_configuration, Name).Where(key => !known.Contains(key))
            .Select(key => new ConfigurationError(PathOf(key), null, $"this key is unknown; {NearestName.Hint(key, known)}"));
        return new Reading(this, [.. unknown], _configuration.GetReloadToken());
    }

    /// <summary>What the configuration held at one time; each part is read when it is first asked for.</summary>
    private sealed class Reading(FrameworkSection section, IReadOnlyList<ConfigurationError> unknown, IChangeToken reload)
    {
        private readonly ConcurrentDictionary<string, SectionNode> _parts = new(StringComparer.OrdinalIgnoreCase);

        public IReadOnlyList<ConfigurationError> Unknown => unknown;

        public IChangeToken Reload => reload;

        public SectionNode Part(string key) => _parts.GetOrAdd(key, asked =>
        {
            var part = section._lowest.Find(asked)?.CopyTo(PathOf(asked)) ?? new SectionNode(PathOf(asked));
            SectionReader.Read(part, section._configuration);
            return part;
        });

        public SectionNode Only(IEnumerable<string> keys)
        {
            var root = new SectionNode(Name);
            foreach (var part in keys.Select(Part).Where(part => part.IsSet))
                root.Attach(part);
            return root;
        }
    }
}

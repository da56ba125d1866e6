namespace IRConStyle.Abstractions;

/// <summary>
/// A plugin's one entry point. A plugin assembly has exactly one public class with a public parameterless constructor
/// that implements this interface.
/// </summary>
public interface IRestorationPlugin
{
    /// <summary>What the plugin says of itself.</summary>
    PluginInfo Info { get; }

    /// <summary>
    /// Registers the plugin's components. Called once while the host is built; it must not touch tensors, files or the
    /// network. An exception here drops this plugin alone.
    /// </summary>
    /// <param name="plugin">Where components are registered by name.</param>
    void Register(IPluginBuilder plugin);
}

/// <summary>What a plugin says of itself.</summary>
/// <param name="Name">A short name, unique among the loaded plugins.</param>
/// <param name="Version">The plugin's own version, for display.</param>
/// <param name="ContractVersion">Always <see cref="Contract.Version"/>, so that it holds the version compiled against.</param>
/// <param name="Summary">One line on what the plugin brings.</param>
public sealed record PluginInfo(string Name, string Version, int ContractVersion, string Summary);

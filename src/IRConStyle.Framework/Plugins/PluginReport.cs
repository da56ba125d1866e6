using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Plugins;

/// <summary>What became of one plugin.</summary>
/// <param name="Folder">Its folder; null for a plugin the program added by code.</param>
/// <param name="Info">What it says of itself; null when it could not be asked.</param>
/// <param name="Components">What it registered; empty when it failed.</param>
/// <param name="Status">Whether it runs.</param>
/// <param name="Reason">Why it failed; null when it runs.</param>
/// <param name="Remedy">What can be done about it; null when it runs or the reason says everything.</param>
public sealed record PluginReport(
    string? Folder,
    PluginInfo? Info,
    IReadOnlyList<PluginComponent> Components,
    PluginStatus Status,
    string? Reason = null,
    string? Remedy = null);

/// <summary>A component that a plugin registered.</summary>
/// <param name="Contract">The contract's type, for example <see cref="IBackbone"/>.</param>
/// <param name="Info">Name and summary.</param>
/// <param name="OptionsType">The class its options are bound to.</param>
/// <param name="PluginName">The plugin it came with.</param>
public sealed record PluginComponent(Type Contract, ComponentInfo Info, Type OptionsType, string PluginName);

/// <summary>Whether a plugin runs.</summary>
public enum PluginStatus
{
    /// <summary>Its components can be used.</summary>
    Loaded,

    /// <summary>Nothing of it is used.</summary>
    Failed,
}

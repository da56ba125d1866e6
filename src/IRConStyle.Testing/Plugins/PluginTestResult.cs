using IRConStyle.Framework.Plugins;

namespace IRConStyle.Testing;

/// <summary>Which plugins are tested, and who is told on the way.</summary>
public sealed record PluginTestRequest
{
    /// <summary>A plugin's folder, or a directory of plugins, that the host has loaded; null for all of the host's plugins.</summary>
    public string? Directory { get; init; }

    /// <summary>Told once how many checks there are.</summary>
    public Action<int>? Planned { get; init; }

    /// <summary>Told after every check.</summary>
    public Action? Done { get; init; }
}

/// <summary>What came of the checks of one component.</summary>
/// <param name="Plugin">The plugin.</param>
/// <param name="Component">The component; null for a plugin that failed to load.</param>
/// <param name="Passed">How many checks it passed, in all ways in which it was built.</param>
/// <param name="Failures">The checks it did not pass.</param>
/// <param name="NotChecked">Why it, or a way in which it is built, could not be checked.</param>
public sealed record PluginTestResult(
    PluginReport Plugin, PluginComponent? Component, int Passed, IReadOnlyList<CheckFailure> Failures, IReadOnlyList<string> NotChecked);

/// <summary>A check that a component did not pass.</summary>
/// <param name="Check">Which: <c>keeps the size (alone)</c>.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Remedy">What would be right; null when the reason says everything.</param>
public sealed record CheckFailure(string Check, string Reason, string? Remedy);

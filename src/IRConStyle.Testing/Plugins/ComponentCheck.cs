using IRConStyle.Framework.Plugins;

namespace IRConStyle.Testing;

/// <summary>A check of one component, ready to run: a row of a test.</summary>
public sealed class ComponentCheck
{
    private readonly Action _run;

    internal ComponentCheck(PluginComponent component, string variant, ContractCheck check, Action run)
        => (Component, Variant, Check, _run) = (component, variant, check, run);

    /// <summary>The component, and the plugin it came with.</summary>
    public PluginComponent Component { get; }

    /// <summary>What it is built with, where there is a choice: <c>alone</c>, <c>with constyle, paper</c>; otherwise empty.</summary>
    public string Variant { get; }

    /// <summary>What is checked.</summary>
    public ContractCheck Check { get; }

    /// <summary>Builds the component with small options and checks it.</summary>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public void Run() => _run();

    /// <summary>Component, variant and check: <c>IBackbone nafnet (alone): keeps the size</c>.</summary>
    public override string ToString()
        => $"{Component.Contract.Name} {Component.Info.Name}{(Variant.Length > 0 ? $" ({Variant})" : "")}: {Check.Words}";
}

/// <summary>A component, in one of the ways in which it can be built, with its checks.</summary>
/// <param name="Component">The component, and the plugin it came with.</param>
/// <param name="Variant">As <see cref="ComponentCheck.Variant"/>.</param>
/// <param name="Checks">What can be checked.</param>
/// <param name="NotChecked">Why most of it cannot be checked, and what to do about that; null where it can.</param>
public sealed record ComponentChecks(
    PluginComponent Component, string Variant, IReadOnlyList<ComponentCheck> Checks, string? NotChecked = null);

namespace IRConStyle.Framework.Plugins;

/// <summary>Every plugin that was found, in the order of loading, and what it brought.</summary>
public sealed class PluginCatalogue
{
    private readonly List<PluginReport> _reports = [];

    /// <summary>One report per folder or added plugin, the failed ones too.</summary>
    public IReadOnlyList<PluginReport> Reports => _reports;

    /// <summary>The components of all plugins that run.</summary>
    public IEnumerable<PluginComponent> Components => _reports.SelectMany(report => report.Components);

    /// <summary>The plugins that do not run.</summary>
    public IEnumerable<PluginReport> Failures => _reports.Where(report => report.Status == PluginStatus.Failed);

    /// <summary>The known component names of a contract, in the order of registration.</summary>
    /// <param name="contract">The contract's type, for example <see cref="Abstractions.IBackbone"/>.</param>
    public IReadOnlyList<string> NamesOf(Type contract)
        => [.. Components.Where(component => component.Contract == contract).Select(component => component.Info.Name)];

    internal void Add(PluginReport report) => _reports.Add(report);
}

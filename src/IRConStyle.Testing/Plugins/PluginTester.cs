using IRConStyle.Abstractions;
using IRConStyle.Framework;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Plugins;
using IRConStyle.Testing.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Testing;

/// <summary>
/// Checks the components of a host's plugins against their contracts. In a test of any framework, one row per check:
/// <code>
/// private static readonly Dictionary&lt;string, ComponentCheck&gt; Checks = PluginTester.For(new MyPlugin()).Checks().ToDictionary(check => check.ToString());
/// public static TheoryData&lt;string&gt; Names => new(Checks.Keys);
/// [Theory, MemberData(nameof(Names))] public void Keeps_its_contract(string name) => Checks[name].Run();
/// </code>
/// </summary>
public sealed class PluginTester
{
    private readonly PluginCatalogue _plugins;
    private readonly TorchRuntime _torch;
    private readonly CheckPlan _plan;

    /// <summary>Checks the plugins of a host.</summary>
    /// <param name="services">The services of a host with the framework.</param>
    /// <param name="setup">Options for the checks; null for the usual ones.</param>
    public PluginTester(IServiceProvider services, PluginTestSetup? setup = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        _plugins = services.GetRequiredService<PluginCatalogue>();
        _torch = services.GetRequiredService<TorchRuntime>();
        _plan = new CheckPlan(_plugins, new ComponentBuilder(services, setup ?? new PluginTestSetup()));
    }

    /// <summary>Checks a plugin by itself, in a host of its own.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="configure">Sets options for the checks.</param>
    /// <exception cref="IRConStyleException">The plugin throws while it is registered.</exception>
    public static PluginTester For(IRestorationPlugin plugin, Action<PluginTestSetup>? configure = null)
    {
        var setup = new PluginTestSetup();
        configure?.Invoke(setup);
        var services = new ServiceCollection();
        services.AddIRConStyle(new ConfigurationBuilder().Build(), decisions => decisions.LoadPluginDirectories = false).AddPlugin(plugin);
        return new PluginTester(services.BuildServiceProvider(), setup);
    }

    /// <summary>Every check of every component; loads libtorch.</summary>
    /// <exception cref="IRConStyleException">A component cannot be checked with the options at hand; the message says why.</exception>
    public IReadOnlyList<ComponentCheck> Checks()
    {
        var all = Plan(null).ToList();
        return all.Find(component => component.NotChecked is not null) is { } missing
            ? throw new IRConStyleException($"{missing.Component.Contract.Name} {missing.Component.Info.Name} cannot be checked: {missing.NotChecked}")
            : [.. all.SelectMany(component => component.Checks)];
    }

    /// <summary>Runs every check, and says of each component what came of it.</summary>
    /// <param name="request">Which plugins, and who is told on the way.</param>
    /// <param name="stop">Cancelled when nobody waits for the result.</param>
    /// <returns>One result per component, and one for each plugin that failed to load.</returns>
    /// <exception cref="IRConStyleException">There is no plugin in the directory.</exception>
    public IReadOnlyList<PluginTestResult> Run(PluginTestRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        var reports = ReportsOf(request.Directory).ToList();
        if (reports.Count == 0)
            throw new IRConStyleException($"{request.Directory} holds no plugin.", "Name a plugin's build output, or a directory whose sub-folders are plugins.");
        var planned = Plan(request.Directory).ToList();
        request.Planned?.Invoke(planned.Sum(component => component.Checks.Count));
        List<PluginTestResult> results = [];
        foreach (var report in reports)
        {
            if (report.Status == PluginStatus.Failed)
                results.Add(new PluginTestResult(report, null, 0, [new CheckFailure("loads", report.Reason ?? "", report.Remedy)], []));
            foreach (var component in report.Components)
                results.Add(Run(report, component, planned.Where(checks => checks.Component == component), request.Done, stop));
        }

        return results;
    }

    private static PluginTestResult Run(
        PluginReport report, PluginComponent component, IEnumerable<ComponentChecks> variants, Action? done, CancellationToken stop)
    {
        var passed = 0;
        List<CheckFailure> failures = [];
        List<string> notChecked = [];
        foreach (var variant in variants)
        {
            if (variant.NotChecked is { } reason)
                notChecked.Add(reason);
            foreach (var check in variant.Checks)
            {
                stop.ThrowIfCancellationRequested();
                try
                {
                    check.Run();
                    passed++;
                }
                catch (ContractViolationException violation)
                {
                    failures.Add(new CheckFailure(Title(check), violation.Message, violation.Remedy));
                }

                done?.Invoke();
            }
        }

        return new PluginTestResult(report, component, passed, failures, notChecked);
    }

    private static string Title(ComponentCheck check) => check.Variant.Length > 0 ? $"{check.Check.Words} ({check.Variant})" : check.Check.Words;

    private IEnumerable<ComponentChecks> Plan(string? directory)
    {
        _torch.EnsureLoaded();
        return ReportsOf(directory).SelectMany(report => report.Components).SelectMany(_plan.Of);
    }

    private IEnumerable<PluginReport> ReportsOf(string? directory)
    {
        if (directory is null)
            return _plugins.Reports;
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        return _plugins.Reports.Where(report => report.Folder is { } folder
            && (folder == root || folder.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)));
    }
}

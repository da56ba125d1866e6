using IRConStyle.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Plugins;

/// <summary>Asks plugins to register and passes on what they registered, all of it or nothing.</summary>
internal sealed class PluginRegistrar(IServiceCollection services, PluginCatalogue catalogue)
{
    /// <summary>Registers a plugin.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="folder">Where it came from; null when the program added it.</param>
    /// <exception cref="PluginFailure">The plugin is refused; nothing of it was registered.</exception>
    public void Register(IRestorationPlugin plugin, string? folder)
    {
        var info = Ask("describing itself", null, () => plugin.Info)
            ?? throw new PluginFailure("the plugin does not describe itself: its Info is null");
        CheckContract(info);
        CheckPluginName(info);

        var builder = new PluginBuilder(info.Name);
        Ask("registering its components", info, () =>
        {
            plugin.Register(builder);
            return true;
        });
        CheckComponentNames(info, builder.Components);

        foreach (var descriptor in builder.Services)
            services.Add(descriptor);
        catalogue.Add(new PluginReport(folder, info, builder.Components, PluginStatus.Loaded));
    }

    private static T Ask<T>(string doing, PluginInfo? info, Func<T> question)
    {
        try
        {
            return question();
        }
        catch (Exception exception)
        {
            throw PluginFailure.From(exception, $"the plugin failed while {doing}", info);
        }
    }

    private static void CheckContract(PluginInfo info)
    {
        if (info.ContractVersion > Contract.Version)
            throw new PluginFailure(
                $"the plugin was built against contract version {info.ContractVersion}, this program has {Contract.Version}",
                "Update the program, or use an older version of the plugin.") { Info = info };
    }

    private void CheckPluginName(PluginInfo info)
    {
        if (string.IsNullOrWhiteSpace(info.Name))
            throw new PluginFailure("the plugin has no name") { Info = info };
        var other = catalogue.Reports.FirstOrDefault(report =>
            report.Status == PluginStatus.Loaded && string.Equals(report.Info?.Name, info.Name, StringComparison.OrdinalIgnoreCase));
        if (other is not null)
            throw new PluginFailure(
                $"the plugin name '{info.Name}' is taken by {other.Folder ?? "a plugin of the program"}",
                "Remove one of the two, or rename one of them in its Info.") { Info = info };
    }

    private void CheckComponentNames(PluginInfo info, IReadOnlyList<PluginComponent> components)
    {
        var known = catalogue.Components.ToList();
        foreach (var component in components)
        {
            var other = known.Find(other => other.Contract == component.Contract
                && string.Equals(other.Info.Name, component.Info.Name, StringComparison.OrdinalIgnoreCase));
            if (other is not null)
                throw new PluginFailure(
                    $"the {component.Contract.Name} name '{component.Info.Name}' is taken by plugin '{other.PluginName}'",
                    "Remove one of the two plugins, or rename one of the components.") { Info = info };
            known.Add(component);
        }
    }
}

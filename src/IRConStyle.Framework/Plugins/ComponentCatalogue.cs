using IRConStyle.Abstractions;
using IRConStyle.Framework.Checks;
using IRConStyle.Framework.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Plugins;

/// <summary>Finds component factories by contract and name.</summary>
/// <param name="services">Holds the factories as keyed services.</param>
/// <param name="plugins">Knows which plugin brought what.</param>
public sealed class ComponentCatalogue(IServiceProvider services, PluginCatalogue plugins)
{
    /// <summary>All components of all plugins that run.</summary>
    public IEnumerable<PluginComponent> Components => plugins.Components;

    /// <summary>The known names of a contract, in the order of registration.</summary>
    /// <typeparam name="TComponent">The contract, for example <see cref="IBackbone"/>.</typeparam>
    public IReadOnlyList<string> NamesOf<TComponent>()
        where TComponent : class => [.. FactoriesOf<TComponent>().Select(factory => factory.Info.Name)];

    /// <summary>All factories of a contract, in the order of registration.</summary>
    /// <typeparam name="TComponent">The contract, for example <see cref="IBackbone"/>.</typeparam>
    public IEnumerable<IComponentFactory<TComponent>> FactoriesOf<TComponent>()
        where TComponent : class => services.GetServices<IComponentFactory<TComponent>>();

    /// <summary>The factory of this name.</summary>
    /// <typeparam name="TComponent">The contract, for example <see cref="IBackbone"/>.</typeparam>
    /// <param name="name">The name a plugin registered it under.</param>
    /// <exception cref="IRConStyleException">The name is unknown; the message lists the known ones.</exception>
    public IComponentFactory<TComponent> Get<TComponent>(string name)
        where TComponent : class
        => Find<TComponent>(name) ?? throw new IRConStyleException(
            $"The {ContractName(typeof(TComponent))} '{name}' is unknown; {NearestName.Hint(name, NamesOf<TComponent>())}.",
            "Correct the name, or add the plugin that brings it; failed plugins are listed with their reason.");

    /// <summary>The factory of this name; null when there is none.</summary>
    /// <typeparam name="TComponent">The contract, for example <see cref="IBackbone"/>.</typeparam>
    /// <param name="name">The name a plugin registered it under.</param>
    public IComponentFactory<TComponent>? Find<TComponent>(string name)
        where TComponent : class
    {
        ArgumentNullException.ThrowIfNull(name);
        return services.GetKeyedService<IComponentFactory<TComponent>>(name);
    }

    /// <summary>The factory of the network that its authors' code calls by this class name; null when there is none.</summary>
    /// <typeparam name="TComponent">The contract, for example <see cref="IBackbone"/>.</typeparam>
    /// <param name="referenceName">One of <see cref="ComponentInfo.ReferenceNames"/>.</param>
    public IComponentFactory<TComponent>? FindByReferenceName<TComponent>(string referenceName)
        where TComponent : class
        => FactoriesOf<TComponent>().FirstOrDefault(factory => factory.Info.ReferenceNames.Contains(referenceName, StringComparer.Ordinal));

    /// <summary>Where a component comes from, for messages.</summary>
    /// <typeparam name="TComponent">The contract, for example <see cref="IBackbone"/>.</typeparam>
    /// <param name="name">The name a plugin registered it under.</param>
    internal ComponentOrigin OriginOf<TComponent>(string name)
    {
        var report = plugins.Reports.FirstOrDefault(report => report.Components.Any(
            component => component.Contract == typeof(TComponent) && string.Equals(component.Info.Name, name, StringComparison.OrdinalIgnoreCase)));
        return new ComponentOrigin(ContractName(typeof(TComponent)), name, report?.Info?.Name, report?.Folder);
    }

    /// <summary>A contract's name for messages: <c>IStyleEncoder</c> becomes <c>style encoder</c>.</summary>
    internal static string ContractName(Type contract)
        => string.Concat(contract.Name.Skip(1).Select((letter, index) =>
            char.IsUpper(letter) ? $"{(index > 0 ? " " : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));
}

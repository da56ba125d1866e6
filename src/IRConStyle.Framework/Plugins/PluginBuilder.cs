using IRConStyle.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Plugins;

/// <summary>Takes down what one plugin registers; the host gets it only when the whole plugin is accepted.</summary>
internal sealed class PluginBuilder(string pluginName) : IPluginBuilder
{
    private readonly List<PluginComponent> _components = [];

    public IServiceCollection Services { get; } = new ServiceCollection();

    public IReadOnlyList<PluginComponent> Components => _components;

    public IPluginBuilder Add<TComponent, TContext, TOptions>(ComponentInfo info, Func<TOptions, TContext, TComponent> create)
        where TComponent : class
        where TContext : ComponentContext
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(create);
        if (string.IsNullOrWhiteSpace(info.Name))
            throw new IRConStyleException($"A component of contract {typeof(TComponent).Name} has no name.");

        var factory = new DelegateFactory<TComponent, TContext, TOptions>(info, create);
        Services.AddKeyedSingleton<IComponentFactory<TComponent>>(info.Name, factory);
        Services.AddSingleton<IComponentFactory<TComponent>>(factory);
        _components.Add(new PluginComponent(typeof(TComponent), info, typeof(TOptions), pluginName));
        return this;
    }

    private sealed class DelegateFactory<TComponent, TContext, TOptions>(ComponentInfo info, Func<TOptions, TContext, TComponent> create)
        : IComponentFactory<TComponent>
        where TComponent : class
        where TContext : ComponentContext
        where TOptions : class, new()
    {
        public ComponentInfo Info => info;

        public Type OptionsType => typeof(TOptions);

        public TComponent Create(object options, ComponentContext context)
        {
            if (options is not TOptions typedOptions)
                throw new ArgumentException($"'{info.Name}' takes options of type {typeof(TOptions)}, not {options?.GetType()}.", nameof(options));
            if (context is not TContext typedContext)
                throw new ArgumentException($"'{info.Name}' takes a context of type {typeof(TContext)}, not {context?.GetType()}.", nameof(context));
            return create(typedOptions, typedContext)
                ?? throw new InvalidOperationException($"The factory of '{info.Name}' returned nothing.");
        }
    }
}

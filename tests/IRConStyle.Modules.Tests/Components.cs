using System.Reflection;
using System.Text.Json;
using IRConStyle.Abstractions;
using Microsoft.Extensions.DependencyInjection;

// Seeded tests draw from the process-wide generator of libtorch: a test beside them would take numbers of theirs.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace IRConStyle.Modules.Tests;

/// <summary>Registers all plugins without a host and builds their components.</summary>
internal sealed class Components : IPluginBuilder
{
    private readonly Dictionary<(Type Contract, string Name), Registration> _registrations = [];

    public Components()
    {
        foreach (var path in Directory.EnumerateFiles(AppContext.BaseDirectory, "IRConStyle.Plugins.*.dll").Order(StringComparer.Ordinal))
        {
            var entry = Assembly.LoadFrom(path).GetExportedTypes().Single(type => type.IsAssignableTo(typeof(IRestorationPlugin)));
            ((IRestorationPlugin)Activator.CreateInstance(entry)!).Register(this);
        }
    }

    public IServiceCollection Services { get; } = new ServiceCollection();

    public IPluginBuilder Add<TComponent, TContext, TOptions>(ComponentInfo info, Func<TOptions, TContext, TComponent> create)
        where TComponent : class
        where TContext : ComponentContext
        where TOptions : class, new()
    {
        _registrations.Add(
            (typeof(TComponent), info.Name),
            new(info, () => new TOptions(), (options, context) => create((TOptions)options, (TContext)context)));
        return this;
    }

    public IBackbone Backbone(string name, object? options = null, StyleSpec? style = null, IStyleInjection? injection = null) =>
        Create<IBackbone>(name, new BackboneContext(Provider, style, injection), options);

    public IStyleEncoder Encoder(bool training = false, object? options = null) =>
        Create<IStyleEncoder>("constyle", new EncoderContext(Provider, training), options);

    public IStyleInjection Injection(string name) => Create<IStyleInjection>(name, new ComponentContext(Provider));

    public IContrastiveLoss Loss(string name) => Create<IContrastiveLoss>(name, new ComponentContext(Provider));

    /// <summary>The backbone whose authors call it so, with their constructor's arguments.</summary>
    public (string Name, object Options) FindReference(string authorsName, IReadOnlyDictionary<string, JsonElement> arguments)
    {
        var (key, registration) = _registrations.Single(entry => entry.Value.Info.ReferenceNames.Contains(authorsName));
        var options = registration.NewOptions();
        var properties = options.GetType().GetProperties()
            .Where(property => property.IsDefined(typeof(ReferenceArgumentAttribute)))
            .ToDictionary(property => property.GetCustomAttribute<ReferenceArgumentAttribute>()!.Name);
        foreach (var (argument, value) in arguments.Where(argument => argument.Key != "Train"))
            properties[argument].SetValue(options, value.Deserialize(properties[argument].PropertyType));
        return (key.Name, options);
    }

    private static IServiceProvider Provider { get; } = new NoServices();

    private T Create<T>(string name, ComponentContext context, object? options = null)
        where T : class
    {
        var registration = _registrations[(typeof(T), name)];
        return (T)registration.Create(options ?? registration.NewOptions(), context);
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }

    private sealed record Registration(ComponentInfo Info, Func<object> NewOptions, Func<object, ComponentContext, object> Create);
}

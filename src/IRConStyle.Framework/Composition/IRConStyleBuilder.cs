using IRConStyle.Abstractions;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace IRConStyle.Framework.Composition;

internal sealed class IRConStyleBuilder(IServiceCollection services, IConfigurationSection configuration, PluginRegistrar plugins)
    : IIRConStyleBuilder
{
    public IServiceCollection Services => services;

    public IConfigurationSection Configuration => configuration;

    public IIRConStyleBuilder AddPlugin(IRestorationPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        PluginLoading.Add(plugin, plugins);
        return this;
    }

    public IIRConStyleBuilder AddOptions<TOptions>(string key)
        where TOptions : class, new()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        var section = configuration.GetSection(key);
        services.AddSingleton(new OptionsSection(typeof(TOptions), section));
        services.AddSingleton(_ => OptionsBinder.Bind<TOptions>(section));
        services.AddSingleton<IOptions<TOptions>>(provider => Options.Create(provider.GetRequiredService<TOptions>()));
        return this;
    }

    public IIRConStyleBuilder ValidateOnStart()
    {
        services.AddHostedService<StartValidation>();
        return this;
    }

    /// <summary>Runs before any other hosted service starts.</summary>
    private sealed class StartValidation(IPipelineFactory pipelines) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            pipelines.ValidateAll();
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

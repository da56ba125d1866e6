using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IRConStyle.Framework.Hosting;

internal sealed class IRConStyleBuilder(IServiceCollection services, IConfiguration configuration, PluginRegistrar plugins)
    : IIRConStyleBuilder
{
    public IServiceCollection Services => services;

    public IConfiguration Configuration => configuration;

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
        services.AddOwnedOptions<TOptions>(configuration, key);
        return this;
    }

    public IIRConStyleBuilder ValidateOnStart()
    {
        // First in line: hosted services are told of the start in the order they were added in.
        if (!services.Any(service => service.ImplementationType == typeof(StartValidation)))
            services.Insert(0, ServiceDescriptor.Singleton<IHostedService, StartValidation>());
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

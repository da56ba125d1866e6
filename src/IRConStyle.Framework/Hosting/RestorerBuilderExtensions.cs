using IRConStyle.Framework.Hosting;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

// The namespace hosts import; the folder is where hosting lives.
namespace IRConStyle.Framework;

/// <summary>Adds restorers to a host.</summary>
public static class RestorerBuilderExtensions
{
    /// <summary>
    /// Adds a pipeline as an <see cref="IImageRestorer"/>: a singleton service of that key, also found by
    /// <see cref="IImageRestorers"/>. Its network is opened with the first image, or while the host starts (<see cref="RestorerOptions.Warmup"/>).
    /// </summary>
    /// <remarks>
    /// A host that starts checks options, pipeline and weights first. Without a host, wrong ones are told when the restorer is
    /// resolved or first used.
    /// </remarks>
    /// <param name="builder">The framework's builder.</param>
    /// <param name="pipeline">The pipeline's name, and the key. Adding it again changes its options alone.</param>
    /// <param name="configure">Sets options on top of the configured ones (<c>IRConStyle:Restorers:&lt;name&gt;</c>).</param>
    /// <returns>The builder.</returns>
    public static IIRConStyleBuilder AddRestorer(
        this IIRConStyleBuilder builder, string pipeline, Action<RestorerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(pipeline);
        var services = builder.Services;
        var earlier = services
            .Select(service => service is { IsKeyedService: false, ImplementationInstance: RestorerName known } ? known.Name : null)
            .FirstOrDefault(name => pipeline.Equals(name, StringComparison.OrdinalIgnoreCase));
        var options = services.AddOptions<RestorerOptions>(earlier ?? pipeline);
        if (configure is not null)
            options.Configure(configure);
        if (earlier is not null)
            return builder;

        options.ValidateOnStart();
        services.AddSingleton(new RestorerName(pipeline));
        services.AddKeyedSingleton<IImageRestorer>(pipeline, (provider, _) => new SharedRestorer(
            pipeline,
            provider.GetRequiredService<NetworkLoader>(),
            provider.GetRequiredService<IImageCodec>(),
            provider.GetRequiredService<IOptionsMonitor<RestorerOptions>>().Get(pipeline)));
        services.TryAddSingleton<ImageRestorers>();
        services.TryAddSingleton<IImageRestorers>(provider => provider.GetRequiredService<ImageRestorers>());
        // Whoever asks for another key is told which there are; the container would name types alone.
        services.TryAddKeyedSingleton<IImageRestorer>(
            KeyedService.AnyKey, (provider, key) => throw provider.GetRequiredService<ImageRestorers>().Unknown($"{key}"));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RestorerStart>());
        return builder;
    }
}

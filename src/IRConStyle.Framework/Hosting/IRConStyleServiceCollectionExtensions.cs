using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Hosting;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

// The namespace hosts import; the folder is where hosting lives.
namespace IRConStyle.Framework;

/// <summary>Adds the framework to a host.</summary>
public static class IRConStyleServiceCollectionExtensions
{
    /// <summary>
    /// Loads the plugins and registers what composes pipelines and restores images. Pipelines are read from the section <c>IRConStyle</c> when they are first
    /// asked for, and libtorch is loaded when the first component is built, so this call takes no longer than the plugins.
    /// </summary>
    /// <param name="services">The host's services; what they hold already stays.</param>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="setup">What the program decides beside its configuration; passed over by a second call, which adds nothing.</param>
    /// <returns>The builder, for plugins and options of the program's own, for training and for evaluation.</returns>
    /// <exception cref="IRConStyleException">
    /// A plugin directory that was named is missing. A plugin that fails is no error; see <see cref="PluginCatalogue"/>.
    /// </exception>
    public static IIRConStyleBuilder AddIRConStyle(
        this IServiceCollection services, IConfiguration configuration, Action<IRConStyleSetup>? setup = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        if (services.Select(service => service.ImplementationInstance).OfType<IRConStyleBuilder>().FirstOrDefault() is { } earlier)
            return earlier;

        var decisions = new IRConStyleSetup();
        setup?.Invoke(decisions);
        var catalogue = new PluginCatalogue();
        var plugins = new PluginRegistrar(services, catalogue);
        var brought = new SectionNode(FrameworkSection.Name);
        if (decisions.LoadPluginDirectories)
            foreach (var (key, value) in PluginLoading.LoadAll(Folders(configuration, decisions), plugins, catalogue).Settings)
                brought.Set(ConfigurationPath.Combine(PipelineOptions.SectionKey, key), value);

        var builder = new IRConStyleBuilder(services, configuration, plugins);
        services.AddSingleton(builder);
        services.TryAddSingleton(provider => Log(catalogue, provider.GetService<ILoggerFactory>()));
        services.TryAddSingleton(provider => new FrameworkSection(configuration, brought, provider.GetServices<OwnedKeys>()));
        AddOptions(services, configuration);
        AddPipelines(services);
        AddInference(services);
        return builder;
    }

    private static void AddOptions(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOwnedOptions<PluginOptions>(configuration, "");
        services.AddOwnedOptions<RuntimeOptions>(configuration, "");
        services.AddOwnedOptions<PipelineDefaults>(configuration, "");
        services.AddOwnedOptions<ImagingOptions>(configuration, ImagingOptions.SectionKey);
        services.AddOwnedOptions<EvaluationOptions>(configuration, EvaluationOptions.SectionKey);
        services.AddOwnedOptions<InferenceOptions>(configuration, InferenceOptions.SectionKey);
        services.AddNamedOptions<RestorerOptions>(RestorerOptions.SectionKey, "restorer");
        services.TryAddSingleton<RestorerOptionsCheck>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigurationCheck, RestorerOptionsCheck>(
            provider => provider.GetRequiredService<RestorerOptionsCheck>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RestorerOptions>, RestorerOptionsCheck>(
            provider => provider.GetRequiredService<RestorerOptionsCheck>()));
        services.AddNamedOptions<ComponentOptions>(NamedDegradations.SectionKey, "degradation");
        services.AddNamedOptions<PipelineOptions>(
            PipelineOptions.SectionKey, "pipeline", nameof(PipelineOptions.Summary), nameof(PipelineOptions.Weights));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigurationCheck, OwnedKeysCheck>());
    }

    private static void AddPipelines(IServiceCollection services)
    {
        services.TryAddSingleton<TorchRuntime>();
        services.TryAddSingleton<ComponentCatalogue>();
        services.TryAddSingleton<NamedDegradations>();
        services.TryAddSingleton<ComponentValidation>();
        services.TryAddSingleton<PipelineValidation>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigurationCheck, PipelineValidation>(
            provider => provider.GetRequiredService<PipelineValidation>()));
        services.TryAddSingleton<IPipelineFactory, PipelineFactory>();
    }

    private static void AddInference(IServiceCollection services)
    {
        services.TryAddSingleton<IImageCodec, ImageCodec>();
        services.TryAddSingleton<IImageReader, ImageReader>();
        services.TryAddSingleton<IImageCompressor, ImageCompressor>();
        services.TryAddSingleton<NetworkDetector>();
        services.TryAddSingleton<CheckpointIdentifier>();
        services.TryAddSingleton<NetworkLoader>();
        services.TryAddSingleton<RestorationService>();
    }

    private static IEnumerable<PluginFolder> Folders(IConfiguration configuration, IRConStyleSetup setup)
    {
        // Only this key is read here: a fault elsewhere must not keep a program from listing its plugins.
        var section = configuration.GetSection(FrameworkSection.Name);
        var isNamed = section.GetSection(nameof(PluginOptions.PluginDirectories)).Exists();
        var configured = isNamed
            ? OptionsBinder.Bind<PluginOptions>(section, section.GetChildren().Select(child => child.Key)).PluginDirectories
            : new PluginOptions().PluginDirectories;
        var folders = new PluginFolders();
        return folders.Find(configured, mustExist: isNamed)
            .Concat(folders.Find(setup.PluginDirectories, mustExist: true))
            .DistinctBy(folder => folder.Path, StringComparer.Ordinal);
    }

    private static PluginCatalogue Log(PluginCatalogue catalogue, ILoggerFactory? loggers)
    {
        var logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<PluginCatalogue>();
        foreach (var report in catalogue.Reports)
            if (report.Status == PluginStatus.Failed)
                PluginLog.PluginFailed(logger, report.Folder, report.Reason, report.Remedy);
            else if (report.Info is { } info)
                PluginLog.PluginLoaded(logger, info.Name, info.Version, report.Folder ?? "the program", report.Components.Count);
        return catalogue;
    }
}

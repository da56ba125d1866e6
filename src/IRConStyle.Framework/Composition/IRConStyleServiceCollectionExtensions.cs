using IRConStyle.Abstractions;
using IRConStyle.Framework.Benchmarking;
using IRConStyle.Framework.Composition;
using IRConStyle.Framework.Data;
using IRConStyle.Framework.Evaluation;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Inspection;
using IRConStyle.Framework.Parity;
using IRConStyle.Framework.Plugins;
using IRConStyle.Framework.Telemetry;
using IRConStyle.Framework.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

// The namespace hosts import; the folder is where composition lives.
namespace IRConStyle.Framework;

/// <summary>Adds the framework to a host.</summary>
public static class IRConStyleServiceCollectionExtensions
{
    /// <summary>
    /// Loads the plugins and registers the engine. Pipelines are read from the section <c>IRConStyle</c> when they are first
    /// asked for, and libtorch is loaded when the first component is built, so this call takes no longer than the plugins.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="setup">What the program decides beside its configuration.</param>
    /// <returns>The builder, for plugins and options of the program's own.</returns>
    /// <exception cref="IRConStyleException">
    /// A plugin directory that was named is missing. A plugin that fails is no error; see <see cref="PluginCatalogue"/>.
    /// </exception>
    public static IIRConStyleBuilder AddIRConStyle(
        this IServiceCollection services, IConfiguration configuration, Action<IRConStyleSetup>? setup = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var decisions = new IRConStyleSetup();
        setup?.Invoke(decisions);
        var section = configuration.GetSection(IRConStyleOptions.SectionName);
        var catalogue = new PluginCatalogue();
        var plugins = new PluginRegistrar(services, catalogue);
        if (decisions.LoadPluginDirectories)
            section = Beneath(configuration, PluginLoading.LoadAll(Folders(section, decisions), plugins, catalogue));

        services.AddSingleton(provider => Log(catalogue, provider.GetService<ILoggerFactory>()));
        services.AddSingleton(provider => OptionsBinder.Bind<IRConStyleOptions>(
            SectionInheritance.Resolve(section), provider.GetServices<OptionsSection>().Select(other => other.Section.Key)));
        services.AddSingleton<IOptions<IRConStyleOptions>>(provider => Options.Create(provider.GetRequiredService<IRConStyleOptions>()));
        services.AddSingleton<TorchRuntime>();
        services.AddSingleton<ComponentCatalogue>();
        services.AddSingleton<NamedDegradations>();
        services.AddSingleton<PipelineValidation>();
        services.AddSingleton<IPipelineFactory, PipelineFactory>();
        AddEngine(services);
        return new IRConStyleBuilder(services, section, plugins);
    }

    private static void AddEngine(IServiceCollection services)
    {
        services.AddSingleton(provider => Options.Create(provider.GetRequiredService<IRConStyleOptions>().Imaging));
        services.AddSingleton<IImageCodec, ImageCodec>();
        services.AddSingleton<IImageReader, ImageReader>();
        services.AddSingleton<IImageCompressor, ImageCompressor>();
        services.AddSingleton<PipelineSuggestion>();
        services.AddSingleton<NetworkLoader>();
        services.AddSingleton<RestorationService>();
        services.AddSingleton<ProtocolText>();
        services.AddSingleton<Evaluator>();
        services.AddSingleton<BenchmarkCatalogue>();
        services.AddSingleton<BenchmarkReports>();
        services.AddSingleton<BenchmarkRunner>();
        services.AddSingleton<DegradationNotes>();
        services.AddSingleton<DegradedPairs>();
        services.AddSingleton<DegradationGallery>();
        services.AddSingleton<DataTargets>();
        services.AddSingleton<DatasetInspector>();
        services.AddSingleton<DataSheet>();
        services.AddSingleton<Trainer>();
        services.AddSingleton<ITrainingObserver, MetricsLog>();
        services.AddSingleton<ITrainingObserver, TensorBoardLog>();
        services.AddSingleton<ITrainingObserver, TrainingCurves>();
        services.AddSingleton<ITrainingObserver, ValidationSheets>();
        services.AddSingleton<ITrainingObserver, TrainingMeter>();
        services.AddSingleton<ParityRunner>();
        services.AddSingleton<NetworkInspector>();
    }

    private static IEnumerable<PluginFolder> Folders(IConfigurationSection section, IRConStyleSetup setup)
    {
        // Only this key is read here: a fault elsewhere must not keep a program from listing its plugins.
        var key = section.GetSection(nameof(IRConStyleOptions.PluginDirectories));
        var isNamed = key.Exists();
        var configured = isNamed
            ? OptionsBinder.Bind<IRConStyleOptions>(OnlyChild(key)).PluginDirectories
            : new IRConStyleOptions().PluginDirectories;
        var folders = new PluginFolders();
        return folders.Find(configured, mustExist: isNamed)
            .Concat(folders.Find(setup.PluginDirectories, mustExist: true))
            .DistinctBy(folder => folder.Path, StringComparer.Ordinal);
    }

    /// <summary>The program's section with the plugins' pipelines as defaults beneath it.</summary>
    private static IConfigurationSection Beneath(IConfiguration configuration, PluginPipelines pipelines)
    {
        if (pipelines.Settings.Count == 0)
            return configuration.GetSection(IRConStyleOptions.SectionName);
        var prefix = ConfigurationPath.Combine(IRConStyleOptions.SectionName, nameof(IRConStyleOptions.Pipelines));
        return new ConfigurationBuilder()
            .AddInMemoryCollection(pipelines.Settings.Select(setting => KeyValuePair.Create(ConfigurationPath.Combine(prefix, setting.Key), setting.Value)))
            .AddConfiguration(configuration)
            .Build().GetSection(IRConStyleOptions.SectionName);
    }

    private static IConfigurationSection OnlyChild(IConfigurationSection section)
        => new ConfigurationBuilder().AddInMemoryCollection(section.AsEnumerable()).Build().GetSection(IRConStyleOptions.SectionName);

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

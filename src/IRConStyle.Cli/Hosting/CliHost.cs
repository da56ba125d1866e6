using IRConStyle.Abstractions;
using IRConStyle.Cli.Terminal;
using IRConStyle.Framework;
using IRConStyle.Framework.Composition;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Cli.Hosting;

/// <summary>What the command line decides about the host.</summary>
/// <param name="PluginDirectories">Plugin directories beside the configured ones.</param>
/// <param name="Settings">Configuration keys, relative to the section <c>IRConStyle</c> or with it, and their values.</param>
/// <param name="IsVerbose">Whether debug messages are shown.</param>
internal sealed record HostSettings(
    IReadOnlyList<string> PluginDirectories, IReadOnlyList<KeyValuePair<string, string?>> Settings, bool IsVerbose);

/// <summary>
/// Builds the host behind a verb. Later layers win: <c>benchmarks.json</c> and
/// <c>appsettings.json</c> beside the program, environment variables
/// (<c>IRCONSTYLE__Pipelines__denoise__Weights</c>), <c>--set</c>, and the verb's own options.
/// </summary>
internal static class CliHost
{
    private static readonly string[] SettingsFiles = ["benchmarks.json", "appsettings.json"];

    /// <summary>Builds the host; it need not be started to use its services.</summary>
    /// <param name="settings">What the command line decides.</param>
    /// <param name="screen">Receives log messages.</param>
    /// <param name="verbSettings">Makes the verb's own layer from the layers below.</param>
    /// <exception cref="IRConStyleException">The settings file is no JSON, or a plugin directory is missing.</exception>
    public static IHost Build(
        HostSettings settings, Screen screen, Func<IConfiguration, IEnumerable<KeyValuePair<string, string?>>>? verbSettings = null)
    {
        // The defaults would bring console logging, a file watcher and the settings of the current directory.
        var builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true, ContentRootPath = AppContext.BaseDirectory });
        foreach (var file in SettingsFiles)
            AddSettingsFile(builder.Configuration, Path.Combine(AppContext.BaseDirectory, file));
        builder.Configuration.AddEnvironmentVariables();
        // The last word on a key counts, as with the layers.
        builder.Configuration.AddInMemoryCollection(settings.Settings
            .GroupBy(setting => FullKey(setting.Key), StringComparer.OrdinalIgnoreCase)
            .Select(group => KeyValuePair.Create(group.Key, group.Last().Value)));
        if (verbSettings is not null)
            builder.Configuration.AddInMemoryCollection([.. verbSettings(builder.Configuration)]);

        builder.Logging
            .AddProvider(new TerminalLogger(screen, settings.IsVerbose))
            .SetMinimumLevel(settings.IsVerbose ? LogLevel.Debug : LogLevel.Warning)
            .AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddIRConStyle(builder.Configuration, setup =>
        {
            // A path on the command line is meant from where the command is given.
            foreach (var directory in settings.PluginDirectories)
                setup.PluginDirectories.Add(Path.GetFullPath(directory));
        });
        return builder.Build();
    }

    /// <summary>A pipeline's key in the configuration.</summary>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <param name="key">The key below the pipeline; empty for the pipeline itself.</param>
    public static string PipelineKey(string pipeline, string key = "")
        => $"{IRConStyleOptions.SectionName}:{nameof(IRConStyleOptions.Pipelines)}:{pipeline}{(key.Length > 0 ? ":" : "")}{key}";

    private static void AddSettingsFile(IConfigurationManager configuration, string file)
    {
        try
        {
            configuration.AddJsonFile(file, optional: true, reloadOnChange: false);
        }
        catch (InvalidDataException exception)
        {
            throw new IRConStyleException(
                $"{file} is no JSON: {exception.InnerException?.InnerException?.Message ?? exception.Message}",
                "Correct it, or restore the file that came with the program.",
                exception);
        }
    }

    // Error messages name full keys; what they name can be copied.
    private static string FullKey(string key)
        => key.StartsWith(IRConStyleOptions.SectionName + ":", StringComparison.OrdinalIgnoreCase)
            ? key
            : $"{IRConStyleOptions.SectionName}:{key}";
}

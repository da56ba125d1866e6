using IRConStyle.Abstractions;
using IRConStyle.Cli.Terminal;
using IRConStyle.Evaluation;
using IRConStyle.Framework;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Inference;
using IRConStyle.Parity;
using IRConStyle.Testing;
using IRConStyle.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Cli.Hosting;

/// <summary>What the command line decides about the host.</summary>
/// <param name="PluginDirectories">Plugin directories beside the configured ones.</param>
/// <param name="Settings">Configuration keys, relative to the section <c>IRConStyle</c> or with it, and their values.</param>
/// <param name="IsVerbose">Whether debug messages are shown.</param>
internal sealed record HostSettings(
    IReadOnlyList<string> PluginDirectories, IReadOnlyList<KeyValuePair<string, string>> Settings, bool IsVerbose);

/// <summary>
/// Builds the host behind a verb. Later layers win: <c>benchmarks.json</c> and
/// <c>appsettings.json</c> beside the program, environment variables
/// (<c>IRCONSTYLE__Pipelines__denoise__Weights</c>) and <c>--set</c>. A verb's own options are its request's, not settings.
/// </summary>
internal static class CliHost
{
    private static readonly string[] SettingsFiles = ["benchmarks.json", "appsettings.json"];

    /// <summary>Builds the host; it need not be started to use its services.</summary>
    /// <param name="settings">What the command line decides.</param>
    /// <param name="screen">Receives log messages.</param>
    /// <exception cref="IRConStyleException">The settings file is no JSON, or a plugin directory is missing.</exception>
    public static IHost Build(HostSettings settings, Screen screen)
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
            .Select(group => KeyValuePair.Create(group.Key, (string?)group.Last().Value)));

        builder.Logging
            .AddProvider(new TerminalLogger(screen, settings.IsVerbose))
            .SetMinimumLevel(settings.IsVerbose ? LogLevel.Debug : LogLevel.Warning)
            .AddFilter("Microsoft", LogLevel.Warning)
            // What of a weights file was taken and what was not is worth a line.
            .AddFilter(typeof(NetworkLoader).FullName, LogLevel.Information);
        builder.Services.AddIRConStyle(builder.Configuration, setup =>
        {
            // A path on the command line is meant from where the command is given.
            foreach (var directory in settings.PluginDirectories)
                setup.PluginDirectories.Add(Path.GetFullPath(directory));
        }).AddTraining().AddEvaluation().AddParity().AddTesting();
        return builder.Build();
    }

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
        => key.StartsWith(FrameworkSection.PathOf(""), StringComparison.OrdinalIgnoreCase) ? key : FrameworkSection.PathOf(key);
}

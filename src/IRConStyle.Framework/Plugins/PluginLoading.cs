using IRConStyle.Abstractions;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Framework.Plugins;

/// <summary>Loads the plugins of all folders; one that fails is reported and leaves nothing behind.</summary>
internal static class PluginLoading
{
    /// <summary>Loads each folder's plugin.</summary>
    /// <returns>The pipelines the plugins bring along.</returns>
    public static PluginPipelines LoadAll(IEnumerable<PluginFolder> folders, PluginRegistrar registrar, PluginCatalogue catalogue)
    {
        var pipelines = new PluginPipelines();
        foreach (var (folder, unusable) in folders)
        {
            if (unusable is not null)
            {
                Report(folder, unusable);
                continue;
            }

            try
            {
                var brought = pipelines.Read(folder);
                var assembly = PluginAssembly.Load(PluginFolders.MainAssembly(folder));
                registrar.Register(assembly.CreateEntryPoint(), folder);
                pipelines.Add(folder, brought);
            }
            catch (PluginFailure failure)
            {
                Report(folder, failure);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Report(folder, PluginFailure.Unreadable("the folder cannot be read", exception));
            }
        }

        return pipelines;

        void Report(string folder, PluginFailure failure)
            => catalogue.Add(new PluginReport(folder, failure.Info, [], PluginStatus.Failed, failure.Message, failure.Remedy));
    }

    /// <summary>Registers a plugin of the program itself, whose failure is the program's.</summary>
    /// <exception cref="IRConStyleException">The plugin is refused.</exception>
    public static void Add(IRestorationPlugin plugin, PluginRegistrar registrar)
    {
        try
        {
            registrar.Register(plugin, folder: null);
        }
        catch (PluginFailure failure)
        {
            throw new IRConStyleException($"The plugin {plugin.GetType().FullName} cannot be added: {failure.Message}.", failure.Remedy, failure);
        }
    }
}

/// <summary>Log messages about plugins, written once the host has logging.</summary>
internal static partial class PluginLog
{
    [LoggerMessage(1, LogLevel.Warning, "The plugin in {Folder} is not used: {Reason}. {Remedy}")]
    public static partial void PluginFailed(ILogger logger, string? folder, string? reason, string? remedy);

    [LoggerMessage(2, LogLevel.Debug, "Plugin {Plugin} {Version} from {Folder}: {Count} components")]
    public static partial void PluginLoaded(ILogger logger, string plugin, string version, string folder, int count);
}

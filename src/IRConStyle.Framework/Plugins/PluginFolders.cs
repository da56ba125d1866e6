using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Plugins;

/// <summary>
/// Where plugins lie: each sub-folder of a plugin directory is one. A directory that is itself a plugin's build output,
/// recognised by its .deps.json file, is that one plugin.
/// </summary>
internal static class PluginFolders
{
    private const string DependencyFileSuffix = ".deps.json";

    /// <summary>The sub-folders of the directories, in the order of the list and then of their names.</summary>
    /// <param name="directories">Plugin directories; relative ones are below the program's directory.</param>
    /// <param name="mustExist">Whether a missing directory is an error.</param>
    /// <exception cref="IRConStyleException">A directory is missing that must exist.</exception>
    public static IEnumerable<string> Find(IEnumerable<string> directories, bool mustExist)
    {
        foreach (var directory in directories)
        {
            var path = Path.GetFullPath(directory, AppContext.BaseDirectory);
            if (Directory.Exists(path) && Directory.GetFiles(path, "*" + DependencyFileSuffix).Length > 0)
                yield return Path.TrimEndingDirectorySeparator(path);
            else if (Directory.Exists(path))
                foreach (var folder in Directory.GetDirectories(path).Order(StringComparer.Ordinal))
                    yield return folder;
            else if (mustExist)
                throw new IRConStyleException(
                    $"The plugin directory {path} does not exist.",
                    "Create it, or correct IRConStyle:PluginDirectories.");
        }
    }

    /// <summary>The main assembly of a plugin's folder.</summary>
    /// <exception cref="PluginFailure">The folder holds none, or does not say which.</exception>
    public static string MainAssembly(string folder)
    {
        if (Directory.GetFiles(folder, "*" + DependencyFileSuffix) is [var dependencies])
            return Existing(dependencies[..^DependencyFileSuffix.Length] + ".dll");

        var named = Path.Combine(folder, Path.GetFileName(folder) + ".dll");
        if (File.Exists(named))
            return named;
        return Directory.GetFiles(folder, "*.dll") switch
        {
            [var single] => single,
            [] => throw new PluginFailure("the folder holds no plugin", "Copy a plugin's build output into it, or remove the folder."),
            var several => throw new PluginFailure(
                $"the folder holds {several.Length} assemblies and nothing says which is the plugin",
                "Copy the plugin's .deps.json file along, or name the folder after the plugin's assembly."),
        };
    }

    private static string Existing(string path) => File.Exists(path)
        ? path
        : throw new PluginFailure($"{Path.GetFileName(path)} is missing beside its {DependencyFileSuffix} file", "Copy the plugin's build output again.");
}

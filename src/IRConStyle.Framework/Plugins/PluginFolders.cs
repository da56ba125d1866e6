using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Plugins;

/// <summary>A folder in which a plugin lies, or what stands in the place of one.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Failure">Why nothing can be loaded from it; null for a folder to load.</param>
internal sealed record PluginFolder(string Path, PluginFailure? Failure = null);

/// <summary>
/// Where plugins lie: each sub-folder of a plugin directory is one. A directory that is itself a plugin's build output,
/// recognised by its .deps.json file, is that one plugin.
/// </summary>
/// <param name="list">Lists a directory; null: as it is on disk.</param>
internal sealed class PluginFolders(Func<DirectoryInfo, IEnumerable<FileSystemInfo>>? list = null)
{
    private const string DependencyFileSuffix = ".deps.json";

    private readonly Func<DirectoryInfo, IEnumerable<FileSystemInfo>> _list = list ?? (directory => directory.EnumerateFileSystemInfos());

    /// <summary>
    /// The sub-folders of the directories, in the order of the list and then of their names. A directory that is there and
    /// cannot be listed stands for itself, with the reason.
    /// </summary>
    /// <param name="directories">Plugin directories; relative ones are below the program's directory.</param>
    /// <param name="mustExist">Whether a missing directory is an error.</param>
    /// <exception cref="IRConStyleException">A directory is missing that must exist.</exception>
    public IEnumerable<PluginFolder> Find(IEnumerable<string> directories, bool mustExist)
        => directories.SelectMany(directory => In(FullPath(directory), mustExist));

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

    private static string FullPath(string directory)
        => string.IsNullOrWhiteSpace(directory) || directory.Contains('\0', StringComparison.Ordinal)
            ? throw new IRConStyleException("A plugin directory has no name.", "Correct IRConStyle:PluginDirectories.")
            : Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory, AppContext.BaseDirectory));

    private List<PluginFolder> In(string path, bool mustExist)
    {
        // Asked before: a directory that goes away while it is listed is no missing one. A link without a target is there.
        var isThere = Path.Exists(path);
        try
        {
            var entries = _list(new DirectoryInfo(path)).OrderBy(entry => entry.Name, StringComparer.Ordinal).ToList();
            return entries.Exists(entry => entry.Name.EndsWith(DependencyFileSuffix, StringComparison.OrdinalIgnoreCase))
                ? [new PluginFolder(path)]
                : [.. entries.Select(AsFolder).OfType<PluginFolder>()];
        }
        catch (DirectoryNotFoundException) when (!isThere)
        {
            return mustExist
                ? throw new IRConStyleException($"The plugin directory {path} does not exist.", "Create it, or correct IRConStyle:PluginDirectories.")
                : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [new PluginFolder(path, WhyNot(path, exception))];
        }
    }

    private static PluginFolder? AsFolder(FileSystemInfo entry)
        => entry is DirectoryInfo ? new PluginFolder(entry.FullName)
            : BrokenLink(entry) is { } failure ? new PluginFolder(entry.FullName, failure)
            : null;

    private static PluginFailure WhyNot(string path, Exception exception)
        => BrokenLink(new FileInfo(path))
            ?? (File.Exists(path)
                ? new PluginFailure("the plugin directory is a file", "Name the directory that holds the plugins' folders.")
                : PluginFailure.Unreadable("the plugin directory cannot be listed", exception));

    private static PluginFailure? BrokenLink(FileSystemInfo entry)
    {
        try
        {
            return entry.LinkTarget is null || entry.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: false } target
                ? null
                : new PluginFailure($"the link leads to {target.FullName}, which does not exist", "Correct or remove the link.");
        }
        catch (IOException)
        {
            return new PluginFailure($"the link leads to {entry.LinkTarget}, and from there nowhere", "Correct or remove the link.");
        }
    }

    private static string Existing(string path) => File.Exists(path)
        ? path
        : throw new PluginFailure($"{Path.GetFileName(path)} is missing beside its {DependencyFileSuffix} file", "Copy the plugin's build output again.");
}

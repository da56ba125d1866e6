using System.Reflection;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Plugins;

/// <summary>Why one plugin is not used; becomes its <see cref="PluginReport"/>.</summary>
internal sealed class PluginFailure(string reason, string? remedy = null, Exception? cause = null)
    : IRConStyleException(reason, remedy, cause)
{
    private const string CopyWhole = "Copy the plugin's folder as it was built, with its dependencies and its .deps.json file.";

    /// <summary>What the plugin said of itself, if it came that far.</summary>
    public PluginInfo? Info { get; init; }

    /// <summary>Something the plugin refers to is neither in its folder nor shared.</summary>
    /// <param name="dependency">Its simple name.</param>
    public static PluginFailure Missing(string dependency) => new($"a dependency is missing: {dependency}", CopyWhole);

    /// <summary>The .deps.json file does not say where the plugin's dependencies lie.</summary>
    /// <param name="path">The plugin's main assembly.</param>
    /// <param name="exception">What the runtime's resolver says.</param>
    public static PluginFailure Unresolvable(string path, Exception exception)
        => new($"{Path.GetFileNameWithoutExtension(path)}.deps.json cannot be read: {OneLine(exception.Message)}", CopyWhole, exception);

    /// <summary>Says in one line what an exception out of a plugin means.</summary>
    public static PluginFailure From(Exception exception, string doing, PluginInfo? info = null)
    {
        var root = Root(exception);
        var (reason, remedy) = root switch
        {
            FileNotFoundException { FileName: { } file } when IsAssembly(file)
                => ($"a dependency is missing: {SimpleName(file)}", CopyWhole),
            FileLoadException { FileName: { Length: > 0 } newer }
                => ($"it was built against another version of {SimpleName(newer)} than this program has",
                    "Update the program, or use a version of the plugin that was built for it."),
            BadImageFormatException
                => ($"the file is damaged or no .NET assembly: {OneLine(root.Message)}", "Copy or build the plugin again."),
            DllNotFoundException
                => ($"{doing}: {OneLine(root.Message)}",
                    "Copy the plugin's folder as it was built, with the native libraries for this system, and install what they need."),
            _ => ($"{doing}: {root.GetType().Name}: {OneLine(root.Message)}",
                (root as IRConStyleException)?.Remedy ?? "This is a fault of the plugin: tell its author, or remove the plugin."),
        };
        return new PluginFailure(reason, remedy, exception) { Info = info };
    }

    /// <summary>Says in one line why a file or directory cannot be read.</summary>
    public static PluginFailure Unreadable(string what, Exception exception)
        => new($"{what}: {OneLine(exception.Message)}", "Make it readable for the program's user, or take it out of the plugin directories.", exception);

    private static Exception Root(Exception exception) => exception switch
    {
        TargetInvocationException { InnerException: { } inner } => Root(inner),
        TypeInitializationException { InnerException: { } inner } => Root(inner),
        ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } => Root(first),
        _ => exception,
    };

    // Not any file: a plugin may itself look for one that is not there.
    private static bool IsAssembly(string file) => file.Contains("Culture=", StringComparison.Ordinal);

    private static string SimpleName(string file) => IsAssembly(file) ? new AssemblyName(file).Name ?? file : Path.GetFileName(file);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim().TrimEnd('.');
}

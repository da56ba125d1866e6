using System.Reflection;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Plugins;

/// <summary>Why one plugin is not used; becomes its <see cref="PluginReport"/>.</summary>
internal sealed class PluginFailure(string reason, string? remedy = null, Exception? cause = null)
    : IRConStyleException(reason, remedy, cause)
{
    /// <summary>What the plugin said of itself, if it came that far.</summary>
    public PluginInfo? Info { get; init; }

    /// <summary>Says in one line what an exception out of a plugin means.</summary>
    public static PluginFailure From(Exception exception, string doing, PluginInfo? info = null)
    {
        var root = Root(exception);
        if (root is FileNotFoundException { FileName: { Length: > 0 } file })
            return new PluginFailure(
                $"a dependency is missing: {SimpleName(file)}",
                "Copy the plugin's folder as it was built, with its dependencies and its .deps.json file.",
                exception) { Info = info };
        if (root is FileLoadException { FileName: { Length: > 0 } newer })
            return new PluginFailure(
                $"it was built against another version of {SimpleName(newer)} than this program has",
                "Update the program, or use a version of the plugin that was built for it.",
                exception) { Info = info };
        if (root is BadImageFormatException)
            return new PluginFailure(
                $"the file is damaged or no .NET assembly: {OneLine(root.Message)}", "Copy or build the plugin again.", exception) { Info = info };
        return new PluginFailure(
            $"{doing}: {root.GetType().Name}: {OneLine(root.Message)}",
            (root as IRConStyleException)?.Remedy ?? "This is a fault of the plugin: tell its author, or remove the plugin.",
            exception) { Info = info };
    }

    private static Exception Root(Exception exception) => exception switch
    {
        TargetInvocationException { InnerException: { } inner } => Root(inner),
        TypeInitializationException { InnerException: { } inner } => Root(inner),
        ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } => Root(first),
        _ => exception,
    };

    private static string SimpleName(string file)
        => file.Contains("Version=", StringComparison.Ordinal) ? new AssemblyName(file).Name ?? file : Path.GetFileName(file);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}

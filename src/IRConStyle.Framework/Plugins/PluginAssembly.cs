using System.Reflection;
using IRConStyle.Abstractions;
using McMaster.NETCore.Plugins.Loader;

namespace IRConStyle.Framework.Plugins;

/// <summary>
/// One plugin's main assembly in a load context of its own. The only place that knows McMaster.NETCore.Plugins.
/// </summary>
/// <remarks>
/// <see cref="SharedAssemblies"/> says what is shared; McMaster's context asks it first, and finds everything else, managed,
/// native and localised, in the plugin's folder by its .deps.json file. Contexts are not collectible: a plugin lives as long
/// as the process.
/// </remarks>
internal sealed class PluginAssembly
{
    private PluginAssembly(Assembly assembly) => Assembly = assembly;

    /// <summary>The main assembly.</summary>
    public Assembly Assembly { get; }

    /// <summary>Loads a plugin's main assembly, once it is known that everything it refers to is there.</summary>
    /// <param name="path">Full path of the main assembly.</param>
    /// <exception cref="PluginFailure">It is damaged, too new, or a dependency is missing.</exception>
    public static PluginAssembly Load(string path)
    {
        try
        {
            // Not McMaster's PluginLoader: it would share what shared assemblies refer to as well, and depending on the
            // order of their first use. Its lists stay empty here, so that its context never changes.
            var context = new AssemblyLoadContextBuilder()
                .SetMainAssemblyPath(path)
                .SetDefaultContext(SharedAssemblies.Context)
                .PreferDefaultLoadContext(true);
            foreach (var newer in PluginReferences.Check(path))
                context.PreferLoadContextAssembly(new AssemblyName(newer));
            return new PluginAssembly(context.Build().LoadFromAssemblyPath(path));
        }
        catch (InvalidOperationException exception)
        {
            throw PluginFailure.Unresolvable(path, exception);
        }
        catch (Exception exception) when (exception is not PluginFailure)
        {
            throw PluginFailure.From(exception, $"{Path.GetFileName(path)} cannot be loaded");
        }
    }

    /// <summary>Builds the plugin's one entry point.</summary>
    /// <exception cref="PluginFailure">There is none, there are several, or its constructor throws.</exception>
    public IRestorationPlugin CreateEntryPoint()
    {
        try
        {
            // Public types only: the networks of a plugin are internal, and loading them is most of the work.
            var candidates = Assembly.GetExportedTypes()
                .Where(type => type is { IsClass: true, IsAbstract: false }
                    && typeof(IRestorationPlugin).IsAssignableFrom(type)
                    && type.GetConstructor(Type.EmptyTypes) is not null)
                .OrderBy(type => type.FullName, StringComparer.Ordinal)
                .ToList();
            return candidates switch
            {
                [var single] => (IRestorationPlugin)Activator.CreateInstance(single)!,
                [] => throw new PluginFailure(
                    $"{Assembly.GetName().Name} has no entry point",
                    $"Give it one public class with a public parameterless constructor that implements {nameof(IRestorationPlugin)}."),
                _ => throw new PluginFailure(
                    $"{Assembly.GetName().Name} has {candidates.Count} entry points: {string.Join(", ", candidates.Select(type => type.FullName))}",
                    "Leave one; it may register any number of components."),
            };
        }
        catch (Exception exception) when (exception is not PluginFailure)
        {
            throw PluginFailure.From(exception, "the entry point cannot be created");
        }
    }
}

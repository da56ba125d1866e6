using System.Reflection;
using System.Runtime.Loader;
using IRConStyle.Abstractions;
using McMaster.NETCore.Plugins;

namespace IRConStyle.Framework.Plugins;

/// <summary>
/// One plugin's main assembly in a load context of its own. The only place that knows McMaster.NETCore.Plugins.
/// </summary>
/// <remarks>
/// What plugin and host exchange is shared by name; everything else in the folder is the plugin's own, in whatever
/// version. Contexts are not collectible: a plugin lives as long as the process.
/// </remarks>
internal sealed class PluginAssembly
{
    // By name, because the engine uses no type of some of them.
    private static readonly string[] Shared =
    [
        "IRConStyle.Abstractions",
        "IRConStyle.Modules",
        "TorchSharp",
        "Microsoft.Extensions.Configuration.Abstractions",
        "Microsoft.Extensions.DependencyInjection.Abstractions",
        "Microsoft.Extensions.Logging.Abstractions",
        "Microsoft.Extensions.Options",
        "Microsoft.Extensions.Primitives",
    ];

    private readonly PluginLoader _loader;

    private PluginAssembly(PluginLoader loader, Assembly assembly) => (_loader, Assembly) = (loader, assembly);

    /// <summary>The main assembly.</summary>
    public Assembly Assembly { get; }

    /// <summary>Loads a plugin's main assembly and checks that everything it refers to is there.</summary>
    /// <param name="path">Full path of the main assembly.</param>
    /// <exception cref="PluginFailure">It is damaged, too new, or a dependency is missing.</exception>
    public static PluginAssembly Load(string path)
    {
        try
        {
            var loader = PluginLoader.CreateFromAssemblyFile(path, config =>
            {
                config.DefaultContext = AssemblyLoadContext.GetLoadContext(typeof(PluginAssembly).Assembly) ?? AssemblyLoadContext.Default;
                config.IsLazyLoaded = true;
                foreach (var name in Shared)
                    config.SharedAssemblies.Add(new AssemblyName(name));
            });
            var plugin = new PluginAssembly(loader, loader.LoadDefaultAssembly());
            CheckContracts(plugin.Assembly);
            plugin.CheckDependencies();
            return plugin;
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
            var candidates = Assembly.GetTypes()
                .Where(type => type is { IsClass: true, IsAbstract: false, IsVisible: true }
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

    private static void CheckContracts(Assembly assembly)
    {
        var host = typeof(Contract).Assembly.GetName();
        var wanted = Array.Find(assembly.GetReferencedAssemblies(), name => name.Name == host.Name);
        if (wanted?.Version?.Major > host.Version?.Major)
            throw new PluginFailure(
                $"the plugin was built against {host.Name} {wanted!.Version!.ToString(3)}, this program has {host.Version!.ToString(3)}",
                "Update the program, or use an older version of the plugin.");
    }

    // A missing file would otherwise show only when a component is first built, hours into the use of a program perhaps.
    private void CheckDependencies()
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<Assembly>([Assembly]);
        while (open.TryDequeue(out var assembly))
            foreach (var reference in assembly.GetReferencedAssemblies())
                if (reference.Name is { } name && !IsOfTheHost(name) && seen.Add(name))
                    open.Enqueue(_loader.LoadAssembly(reference));
    }

    private static bool IsOfTheHost(string name)
        => Shared.Contains(name, StringComparer.OrdinalIgnoreCase)
            || name is "System" or "mscorlib" or "netstandard"
            || name.StartsWith("System.", StringComparison.Ordinal) && Array.Exists(PlatformAssemblies, platform => platform == name);

    private static readonly string[] PlatformAssemblies =
        [.. (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator).Select(file => Path.GetFileNameWithoutExtension(file)!)];
}

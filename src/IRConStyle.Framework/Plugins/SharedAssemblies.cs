using System.Reflection;
using System.Runtime.Loader;

namespace IRConStyle.Framework.Plugins;

/// <summary>
/// What every plugin has in common with the program, as a load context that answers for these names alone: the assemblies
/// whose types both exchange, and .NET itself.
/// </summary>
/// <remarks>
/// The answer depends on the name only. Versions are compared by <see cref="PluginReferences"/>, before anything of a plugin
/// is loaded.
/// </remarks>
internal sealed class SharedAssemblies : AssemblyLoadContext
{
    // By name, because the engine uses no type of some of them.
    private static readonly HashSet<string> Exchanged = new(StringComparer.OrdinalIgnoreCase)
    {
        "IRConStyle.Abstractions",
        "IRConStyle.Modules",
        "TorchSharp",
        "Microsoft.Extensions.Configuration.Abstractions",
        "Microsoft.Extensions.DependencyInjection.Abstractions",
        "Microsoft.Extensions.Logging.Abstractions",
        "Microsoft.Extensions.Options",
        "Microsoft.Extensions.Primitives",
    };

    // Not always the default one: a test runner or another program may have loaded the whole engine as a plugin.
    private static readonly AssemblyLoadContext Program = GetLoadContext(typeof(SharedAssemblies).Assembly) ?? Default;

    private SharedAssemblies()
        : base("IRConStyle shared assemblies")
    {
    }

    /// <summary>The one of this process.</summary>
    public static SharedAssemblies Context { get; } = new();

    /// <summary>Whether plugins get the program's assembly of this name, because both exchange its types.</summary>
    /// <param name="name">Simple name.</param>
    public static bool AreExchanged(string name) => Exchanged.Contains(name);

    /// <summary>The version of a shared assembly.</summary>
    /// <param name="name">Simple name.</param>
    public static Version VersionOf(string name) => Find(name).GetName().Version ?? new Version();

    /// <summary>The shared assembly of this name, in the version that is there.</summary>
    /// <exception cref="NotSupportedException">It is not shared: the plugin brings its own.</exception>
    protected override Assembly Load(AssemblyName assemblyName)
        => assemblyName.Name is { } name && (AreExchanged(name) || PlatformAssemblies.Here.Contains(name))
            ? Find(name)
            // For null, or an exception that says "not found", the runtime would go on and find the program's copy after all:
            // in the default context, or through a handler of AppDomain.AssemblyResolve.
            : throw new NotSupportedException($"{assemblyName.Name} is not shared with plugins.");

    private static Assembly Find(string name) => Program.LoadFromAssemblyName(new AssemblyName(name));
}

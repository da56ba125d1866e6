using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace IRConStyle.Framework.Plugins;

/// <summary>
/// Follows the references of a plugin's assemblies through its folder, as data: what is missing or too new is found before
/// anything of the plugin is loaded, not when a component is first built, hours into the use of a program perhaps.
/// </summary>
internal sealed class PluginReferences
{
    private readonly string _folder;
    private readonly Queue<string> _open = [];
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _newer = new(StringComparer.OrdinalIgnoreCase);

    private PluginReferences(string folder) => _folder = folder;

    /// <summary>Checks that everything a plugin refers to is there, in a version that is new enough.</summary>
    /// <param name="mainAssembly">Full path of its main assembly.</param>
    /// <returns>The assemblies of .NET of which the plugin needs, and brings, a newer one.</returns>
    /// <exception cref="PluginFailure">A file is damaged, missing, or built against something newer than is there.</exception>
    public static IReadOnlyCollection<string> Check(string mainAssembly)
    {
        var references = new PluginReferences(Path.GetDirectoryName(mainAssembly)!);
        references._open.Enqueue(mainAssembly);
        while (references._open.TryDequeue(out var file))
            foreach (var reference in Read(file))
                references.Check(reference, file == mainAssembly ? "the plugin" : $"its {Path.GetFileName(file)}");
        return references._newer;
    }

    private static List<AssemblyName> Read(string file)
    {
        try
        {
            using var image = new PEReader(File.OpenRead(file));
            if (!image.HasMetadata)
                throw new BadImageFormatException("it holds native code only");
            var metadata = image.GetMetadataReader();
            var references = new List<AssemblyName>();
            foreach (var handle in metadata.AssemblyReferences)
            {
                var reference = metadata.GetAssemblyReference(handle);
                references.Add(new AssemblyName(metadata.GetString(reference.Name)) { Version = reference.Version });
            }

            return references;
        }
        catch (BadImageFormatException exception)
        {
            throw new PluginFailure(
                $"the file is damaged or no .NET assembly: {Path.GetFileName(file)}: {exception.Message}", "Copy or build the plugin again.", exception);
        }
    }

    private void Check(AssemblyName reference, string owner)
    {
        var name = reference.Name!;
        if (SharedAssemblies.AreExchanged(name))
        {
            if (SharedAssemblies.VersionOf(name) is var version && version < reference.Version)
                throw new PluginFailure(
                    $"{owner} was built against {name} {reference.Version}, this program has {version}",
                    "Update the program, or use an older version of the plugin.");
        }
        else if (PlatformAssemblies.Here.Contains(name))
            CheckPlatform(reference, owner);
        else if (_seen.Add(name))
            _open.Enqueue(Find(name) ?? throw PluginFailure.Missing(name));
    }

    private void CheckPlatform(AssemblyName reference, string owner)
    {
        // .NET 10 satisfies what was built for .NET 10 or before; only beyond that the assembly itself has to be asked.
        if (reference.Version!.Major <= Environment.Version.Major)
            return;
        var name = reference.Name!;
        var version = SharedAssemblies.VersionOf(name);
        if (version >= reference.Version)
            return;
        if (Find(name) is not { } own || AssemblyName.GetAssemblyName(own).Version < reference.Version)
            throw new PluginFailure(
                $"{owner} was built against {name} {reference.Version}, this program runs on .NET {Environment.Version}, which has {version}",
                "Run the program on a newer .NET, or use a version of the plugin for this one.");
        if (_newer.Add(name))
            _open.Enqueue(own);
    }

    // Beside the main assembly; or, for what differs between systems, below runtimes/<system>/lib/<framework>.
    private string? Find(string name)
    {
        var file = Path.Combine(_folder, name + ".dll");
        return File.Exists(file)
            ? file
            : Directory.EnumerateFiles(_folder, name + ".dll", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 }).FirstOrDefault();
    }
}

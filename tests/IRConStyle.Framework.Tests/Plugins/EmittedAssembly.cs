using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace IRConStyle.Framework.Tests.Plugins;

/// <summary>Assemblies of any name and version, made on the spot: they hold no more than references to others.</summary>
internal static class EmittedAssembly
{
    /// <summary>Writes an assembly.</summary>
    /// <param name="folder">Where it goes; its file is named like the assembly.</param>
    /// <param name="name">Its simple name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="references">Types whose assemblies it refers to.</param>
    /// <returns>The file's path.</returns>
    public static string Write(string folder, string name, string version, params Type[] references)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name) { Version = new Version(version) }, typeof(object).Assembly);
        var type = assembly.DefineDynamicModule(name).DefineType("Holder", TypeAttributes.Public | TypeAttributes.Class);
        for (var i = 0; i < references.Length; i++)
            type.DefineField($"field{i}", references[i], FieldAttributes.Private);
        type.CreateType();
        var file = Path.Combine(folder, name + ".dll");
        assembly.Save(file);
        return file;
    }

    /// <summary>Makes a file ask for another major version of an assembly it refers to.</summary>
    /// <param name="file">The file.</param>
    /// <param name="reference">Simple name of the assembly it refers to.</param>
    /// <param name="major">The major version it asks for from now on.</param>
    public static void SetReferencedMajorVersion(string file, string reference, ushort major)
    {
        var bytes = File.ReadAllBytes(file);
        using var stream = new MemoryStream(bytes, writable: false);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var row = metadata.AssemblyReferences
            .Single(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name) == reference);
        var offset = image.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.AssemblyRef)
            + (MetadataTokens.GetRowNumber(row) - 1) * metadata.GetTableRowSize(TableIndex.AssemblyRef);
        BitConverter.GetBytes(major).CopyTo(bytes, offset);
        File.WriteAllBytes(file, bytes);
    }
}

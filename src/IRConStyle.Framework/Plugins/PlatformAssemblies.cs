using System.Runtime.InteropServices;

namespace IRConStyle.Framework.Plugins;

/// <summary>Tells the assemblies of .NET from those of the program that runs on it.</summary>
/// <param name="trusted">Paths of both, as the runtime lists them: <c>TRUSTED_PLATFORM_ASSEMBLIES</c>.</param>
/// <param name="runtimeDirectory">Where the runtime lies.</param>
/// <param name="programDirectory">Where the program lies.</param>
internal sealed class PlatformAssemblies(string trusted, string runtimeDirectory, string programDirectory)
{
    // A self-contained program has .NET among its own files, or inside the one file it is: there the name has to tell.
    private readonly bool _isApart = Path.TrimEndingDirectorySeparator(runtimeDirectory) != Path.TrimEndingDirectorySeparator(programDirectory);

    private readonly HashSet<string> _names = new(
        trusted.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(file => file.StartsWith(Frameworks(runtimeDirectory), StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file)),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Those of this process.</summary>
    public static PlatformAssemblies Here { get; } = new(
        AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "", RuntimeEnvironment.GetRuntimeDirectory(), AppContext.BaseDirectory);

    /// <summary>Whether .NET has an assembly of this name.</summary>
    /// <param name="name">Simple name.</param>
    public bool Contains(string name)
        => _names.Count == 0 ? IsNamedLikeThePlatforms(name) : _names.Contains(name) && (_isApart || IsNamedLikeThePlatforms(name));

    // shared/Microsoft.NETCore.App/10.0.0 lies beside shared/Microsoft.AspNetCore.App/10.0.0.
    private static string Frameworks(string runtimeDirectory)
    {
        var runtime = Path.TrimEndingDirectorySeparator(runtimeDirectory);
        return Path.GetFileName(Path.GetDirectoryName(runtime)) == "Microsoft.NETCore.App"
            ? Path.GetFullPath(Path.Combine(runtime, "..", "..")) + Path.DirectorySeparatorChar
            : runtime + Path.DirectorySeparatorChar;
    }

    private static bool IsNamedLikeThePlatforms(string name)
        => name is "System" or "mscorlib" or "netstandard" or "WindowsBase" or "Microsoft.CSharp"
            || name.StartsWith("System.", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("Microsoft.VisualBasic", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("Microsoft.Win32.", StringComparison.OrdinalIgnoreCase);
}

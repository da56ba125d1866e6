using System.Runtime.CompilerServices;

namespace IRConStyle.Tests;

/// <summary>Finds test data: golden files committed under tests/golden, and a larger set that may lie beside the checkout.</summary>
internal static class SharedData
{
    /// <summary>The root of the checkout.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder below tests/golden.</summary>
    public static string Golden(params string[] parts) => Path.Combine([Root, "tests", "golden", .. parts]);

    /// <summary>A file or folder below the shared folder beside the checkout; skips the test when it is absent.</summary>
    public static string Shared(params string[] parts)
    {
        var path = Path.Combine([Root, "..", "shared", .. parts]);
        Skip.IfNot(Path.Exists(path), $"{path} is not on this machine: it holds reference vectors and images too large to commit.");
        return Path.GetFullPath(path);
    }

    private static string FindRoot([CallerFilePath] string file = "")
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "IRConStyle.Framework.sln")))
                return directory.FullName;
        return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
    }
}

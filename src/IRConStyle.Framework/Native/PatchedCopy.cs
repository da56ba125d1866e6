using System.Security.Cryptography;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Native;

/// <summary>Copies of native libraries, patched, in the user's cache directory.</summary>
internal static class PatchedCopy
{
    /// <summary>Makes, or finds, a copy that does not insist on a symbol version.</summary>
    /// <param name="path">The library.</param>
    /// <param name="version">The symbol version to make optional.</param>
    /// <returns>The copy's path; its name is the original's, its directory is named after the original's content.</returns>
    public static string Of(string path, string version)
    {
        var image = File.ReadAllBytes(path);
        var digest = Convert.ToHexStringLower(SHA256.HashData(image))[..16];
        if (ElfVersionPatch.MarkWeak(image, version) == 0)
            throw new IRConStyleException(
                $"The native library {path} cannot be loaded: the system's libstdc++ lacks {version}.",
                "Install a newer libstdc++6 (GCC 13 or later).");

        Exception? last = null;
        foreach (var root in CacheRoots())
        {
            try
            {
                return Write(Path.Combine(root, "irconstyle", "native", digest), Path.GetFileName(path), image);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                last = exception;
            }
        }

        throw new IRConStyleException(
            $"No directory to keep a patched copy of {path} in: {last?.Message}",
            "Make the user's cache directory or the temporary directory writable, or install libstdc++6 of GCC 13 or later.",
            last);
    }

    private static string Write(string directory, string name, byte[] image)
    {
        var target = Path.Combine(directory, name);
        // By content: where others may write, a file of this name need not be ours.
        if (File.Exists(target) && File.ReadAllBytes(target).AsSpan().SequenceEqual(image))
            return target;

        Directory.CreateDirectory(directory);
        var aside = Path.Combine(directory, $"{name}.{Guid.NewGuid():N}");
        File.WriteAllBytes(aside, image);
        File.Move(aside, target, overwrite: true);
        return target;
    }

    private static IEnumerable<string> CacheRoots()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache)
            yield return cache;
        if (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home)
            yield return Path.Combine(home, ".cache");
        yield return Path.GetTempPath();
    }
}

using System.Runtime.InteropServices;

namespace IRConStyle.Framework.Native;

/// <summary>
/// Keeps large activations in the C heap instead of mapping and faulting them anew for every layer. Cuts one 512×512
/// forward pass to about half; memory once used is not given back to the system until the process ends.
/// </summary>
internal static partial class GlibcMalloc
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapMax = -4;
    private const int ArenaMax = -8;

    /// <summary>Applies the settings; must run before the first tensor. Does nothing where libc is not glibc.</summary>
    /// <returns>Whether every setting was taken.</returns>
    public static bool Tune()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out var libc))
            return false;
        if (!NativeLibrary.TryGetExport(libc, "gnu_get_libc_version", out _))
            return false;

        return Mallopt(MmapMax, 0) != 0
            & Mallopt(TrimThreshold, int.MaxValue) != 0
            & Mallopt(TopPad, 256 << 20) != 0
            & Mallopt(ArenaMax, 1) != 0;
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int Mallopt(int parameter, int value);
}

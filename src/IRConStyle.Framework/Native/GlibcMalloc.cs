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
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;

    /// <summary>
    /// Blocks from this size on are mapped anew and go back at once: there are few since blocks run fused, and in the heap they
    /// leave holes that the next does not fit, up to three times what is in use.
    /// </summary>
    private const int LargeBlock = 16 << 20;

    /// <summary>Applies the settings; must run before the first tensor. Does nothing where libc is not glibc.</summary>
    /// <returns>Whether every setting was taken.</returns>
    public static bool Tune()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out var libc))
            return false;
        if (!NativeLibrary.TryGetExport(libc, "gnu_get_libc_version", out _))
            return false;

        return Mallopt(MmapThreshold, LargeBlock) != 0
            & Mallopt(TrimThreshold, int.MaxValue) != 0
            & Mallopt(TopPad, 64 << 20) != 0
            & Mallopt(ArenaMax, 1) != 0;
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int Mallopt(int parameter, int value);
}

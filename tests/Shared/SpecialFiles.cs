using System.Runtime.InteropServices;

namespace IRConStyle.Tests;

/// <summary>Makes files that are no plain files, and second names of files.</summary>
internal static class SpecialFiles
{
    /// <summary>Makes a pipe with a name, as mkfifo does; false where the system has none.</summary>
    public static bool TryMakePipe(string path)
    {
        const uint OwnersReadAndWrite = 0x180;
        return OperatingSystem.IsLinux() && MakePipe(path, OwnersReadAndWrite) == 0;
    }

    /// <summary>Gives a file a second name; false where the file system cannot.</summary>
    public static bool TryHardLink(string file, string name) => OperatingSystem.IsLinux() && Link(file, name) == 0;

    [DllImport("libc", EntryPoint = "mkfifo", CharSet = CharSet.Ansi, ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakePipe([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);

    [DllImport("libc", EntryPoint = "link", CharSet = CharSet.Ansi, ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string file, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}

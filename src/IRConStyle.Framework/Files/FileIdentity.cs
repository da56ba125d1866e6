using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IRConStyle.Framework.Files;

/// <summary>
/// Which file a path names: symbolic links, hard links, <c>..</c>, and letter case where the file system ignores it, give one file
/// many names. On Linux and Windows the file system's own number decides, elsewhere the path with its links resolved.
/// </summary>
public static partial class FileIdentity
{
    private const int MostLinks = 40;

    /// <summary>Whether two paths name one file or folder, or one place where it would come to be.</summary>
    /// <param name="first">A path; nothing need be there.</param>
    /// <param name="second">Another.</param>
    public static bool AreSame(string first, string second) => string.Equals(Of(first), Of(second), PathCase.Comparison);

    /// <summary>Whether a path lies in a folder, or in one below it.</summary>
    /// <param name="path">Nothing need be there.</param>
    /// <param name="folder">The folder; it lies not within itself.</param>
    public static bool IsWithin(string path, string folder)
    {
        var key = Of(folder);
        for (var at = Path.GetDirectoryName(Resolve(path)); at is not null; at = Path.GetDirectoryName(at))
            if (string.Equals(Of(at), key, PathCase.Comparison))
                return true;
        return false;
    }

    /// <summary>A text that all names of a file, or of a place where none is yet, share; to be compared by <see cref="PathCase"/>.</summary>
    /// <param name="path">The path.</param>
    internal static string Of(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Number(full) is { } number)
            return number;
        var resolved = Resolve(full);
        return Path.Exists(resolved) || Path.GetDirectoryName(resolved) is not { } folder
            ? resolved
            : Path.Combine(Of(folder), Path.GetFileName(resolved));
    }

    /// <summary>Whether reading gives content and ends: pipes, sockets and devices may wait for ever. True where it cannot be told.</summary>
    /// <param name="path">The file; what does not exist is true, for others to complain of.</param>
    internal static bool IsRegular(string path)
    {
        const int KindMask = 0xF000, Regular = 0x8000, Folder = 0x4000;
        return Status(path) is not { } status || (status.Mode & KindMask) is Regular or Folder;
    }

    /// <summary>The path with every link on its way followed, as far as it exists.</summary>
    private static string Resolve(string path)
    {
        var links = 0;
        return Resolve(Path.GetFullPath(path), ref links);
    }

    private static string Resolve(string full, ref int links)
    {
        var at = Path.GetPathRoot(full)!;
        foreach (var part in full[at.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(at, part);
            at = LinkOf(next) is { } target && links++ < MostLinks ? Resolve(Path.GetFullPath(target, at), ref links) : next;
        }

        return at;
    }

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Number(string path)
    {
        if (OperatingSystem.IsWindows())
            return WindowsNumber(path);
        return Status(path) is { } status ? $"{status.Device:x}:{status.Inode:x}" : null;
    }

    /// <summary>What Linux says of a file, links followed; null where there is none, or on another system.</summary>
    private static (int Mode, ulong Device, ulong Inode)? Status(string path)
    {
        // statx(2): unlike stat's, its structure is the same on every processor.
        const int Here = -100, NoAutomount = 0x800, TypeAndInode = 0x101, Length = 256, Mode = 28, Inode = 32, Device = 136;
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> status = stackalloc byte[Length];
        try
        {
            return StatX(Here, Path.GetFullPath(path), NoAutomount, TypeAndInode, status) == 0
                ? (MemoryMarshal.Read<ushort>(status[Mode..]), MemoryMarshal.Read<ulong>(status[Device..]), MemoryMarshal.Read<ulong>(status[Inode..]))
                : null;
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

    private static string? WindowsNumber(string path)
    {
        // BY_HANDLE_FILE_INFORMATION: the volume's serial number, and the file's index on it.
        const int Length = 52, Volume = 28, Index = 44;
        Span<byte> information = stackalloc byte[Length];
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return GetFileInformationByHandle(handle, information) != 0
                ? $"{BinaryPrimitives.ReadUInt32LittleEndian(information[Volume..]):x}:{BinaryPrimitives.ReadUInt64LittleEndian(information[Index..]):x}"
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A folder, something that nobody may read, or nothing.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandle")]
    private static partial int GetFileInformationByHandle(SafeFileHandle handle, Span<byte> information);
}

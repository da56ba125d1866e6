using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Files;

/// <summary>Writes files so that a reader, or a machine that loses power, sees the old file or the new one, never half.</summary>
public static class AtomicFile
{
    /// <summary>Writes aside, flushes to disk, then renames over the target. Creates missing directories.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="write">Writes the content; an exception leaves the old file as it was.</param>
    /// <exception cref="IRConStyleException">The directory is not writable, the disk is full, or the path is a directory.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var target = Path.GetFullPath(path);
        // A name of its own: a target's name may be as long as names can be.
        var aside = Path.Combine(Path.GetDirectoryName(target) ?? "", $".{Random.Shared.Next():x8}.tmp");
        try
        {
            if (Directory.Exists(target))
                throw new IOException("it is a directory");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, target, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException(
                $"{path} cannot be written: {exception.Message}",
                "Choose a writable place with enough free space.",
                exception);
        }
        finally
        {
            // Deleting in a directory that could not be made would throw and hide the cause.
            if (File.Exists(aside))
                File.Delete(aside);
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>What a stored image was made of: a file of another length or time is another image.</summary>
/// <param name="Length">The file's length in bytes.</param>
/// <param name="Ticks">When it was last written, in UTC.</param>
internal readonly record struct SourceStamp(long Length, long Ticks)
{
    /// <summary>The stamp of a file; of one that is not there, one that no file has.</summary>
    public static SourceStamp Of(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new SourceStamp(file.Length, file.LastWriteTimeUtc.Ticks) : new SourceStamp(-1, 0);
    }
}

/// <summary>
/// Decoded images in a folder, one file each, of which single rows can be read. Files appear under their name when they are
/// complete, so several threads and processes may share a folder. Every row has a checksum: a damaged or foreign file is
/// as good as none, and is replaced.
/// </summary>
internal sealed class PixelStore
{
    private const string Extension = ".pixels", AsideExtension = ".tmp";

    private readonly string _directory;

    private PixelStore(string directory) => _directory = directory;

    /// <summary>Opens a store, and makes its folder where it is missing.</summary>
    /// <exception cref="IRConStyleException">The folder cannot be made or listed.</exception>
    public static PixelStore Open(string directory, string baseDirectory)
    {
        var full = Path.GetFullPath(directory, baseDirectory);
        try
        {
            Directory.CreateDirectory(full);
            // What a killed process left half written; a younger one may still be at work.
            foreach (var aside in Directory.EnumerateFiles(full, "*" + Extension + "*" + AsideExtension))
                if (File.GetLastWriteTimeUtc(aside) < DateTime.UtcNow.AddDays(-1))
                    File.Delete(aside);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(full, exception);
        }

        return new PixelStore(full);
    }

    /// <summary>Opens a stored image.</summary>
    /// <param name="path">The image file's full path.</param>
    /// <param name="renew">Decodes the image anew, where damage shows only later.</param>
    /// <returns>The image, which the caller disposes; null when it is not stored, or not as the file is now.</returns>
    public StoredImage? TryOpen(string path, Func<DecodedImage> renew)
        => StoredImage.TryOpen(FileOf(path), new StoredHeader(PathHash(path), SourceStamp.Of(path)), renew);

    /// <summary>Stores an image in place of an earlier one.</summary>
    /// <param name="path">The image file's full path.</param>
    /// <param name="stamp">What the file was before it was decoded.</param>
    /// <param name="image">Its pixels.</param>
    /// <exception cref="IRConStyleException">The folder is not writable, or the disk is full.</exception>
    public void Write(string path, SourceStamp stamp, DecodedImage image)
    {
        var file = FileOf(path);
        var aside = $"{file}.{Guid.NewGuid():N}{AsideExtension}";
        try
        {
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
                StoredImage.Write(stream, new StoredHeader(PathHash(path), stamp), image);
            File.Move(aside, file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(_directory, exception);
        }
        finally
        {
            if (File.Exists(aside))
                File.Delete(aside);
        }
    }

    private string FileOf(string path) => Path.Combine(_directory, Convert.ToHexStringLower(PathHash(path)) + Extension);

    private static byte[] PathHash(string path) => SHA256.HashData(Encoding.UTF8.GetBytes(path))[..StoredHeader.HashLength];

    private static IRConStyleException Unwritable(string directory, Exception exception) => new(
        $"The dataset's option {nameof(FolderOptions.StoreDirectory)} names {directory}, which cannot be written: {exception.Message}",
        "Choose a writable folder on a disk with room for the decoded images, or leave the option empty.",
        exception);
}

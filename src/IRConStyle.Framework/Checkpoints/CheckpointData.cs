using IRConStyle.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>A checkpoint file open for reading at any place, by several threads at once.</summary>
internal sealed class CheckpointData : ByteSource, IDisposable
{
    private readonly SafeFileHandle _handle;

    private CheckpointData(string path, SafeFileHandle handle, long length) => (FilePath, _handle, Length) = (path, handle, length);

    public override string FilePath { get; }

    public override long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="remedy">What would be right, for the error.</param>
    /// <exception cref="IRConStyleException">The file is missing, a directory, or unreadable.</exception>
    public static CheckpointData Open(string path, string remedy)
    {
        if (Directory.Exists(path))
            throw new IRConStyleException($"{path} is a directory, not a weights file.", remedy);
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path);
            return new CheckpointData(path, handle, RandomAccess.GetLength(handle));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            handle?.Dispose();
            throw new IRConStyleException($"{path} cannot be read: {exception.Message}", remedy, exception);
        }
    }

    /// <inheritdoc/>
    public override void ReadExactly(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var read = RandomAccess.Read(_handle, buffer, offset);
            if (read == 0)
                throw new EndOfStreamException($"it ends at byte {offset}, in the middle of what it should hold");
            offset += read;
            buffer = buffer[read..];
        }
    }

    public void Dispose() => _handle.Dispose();
}

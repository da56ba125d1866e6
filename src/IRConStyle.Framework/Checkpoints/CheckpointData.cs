using IRConStyle.Abstractions;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>A checkpoint file open for reading at any place, by several threads at once.</summary>
internal sealed class CheckpointData : IDisposable
{
    private readonly SafeFileHandle _handle;

    private CheckpointData(string path, SafeFileHandle handle, long length) => (FilePath, _handle, Length) = (path, handle, length);

    public string FilePath { get; }

    public long Length { get; }

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

    /// <summary>Fills a buffer from a place in the file.</summary>
    /// <exception cref="EndOfStreamException">The file ends before the buffer is full.</exception>
    public void ReadExactly(long offset, Span<byte> buffer)
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

    /// <summary>Fills a tensor's own memory from a place in the file.</summary>
    /// <param name="tensor">A contiguous CPU tensor.</param>
    /// <param name="offset">Where its first element lies.</param>
    /// <exception cref="IRConStyleException">The file can no longer be read.</exception>
    public void Fill(torch.Tensor tensor, long offset)
    {
        try
        {
            TensorBytes.ForEach(tensor, bytes =>
            {
                ReadExactly(offset, bytes);
                offset += bytes.Length;
                if (tensor.dtype == torch.ScalarType.Bool)
                    Normalize(bytes);
            });
        }
        catch (IOException exception)
        {
            throw new IRConStyleException(
                $"{FilePath} cannot be read any further: {exception.Message}", "Keep the file in place and unchanged while it is in use.", exception);
        }
    }

    public void Dispose() => _handle.Dispose();

    // Bytes other than 0 and 1 are no booleans: kernels may do anything with them.
    private static void Normalize(Span<byte> booleans)
    {
        foreach (ref var value in booleans)
            value = value == 0 ? (byte)0 : (byte)1;
    }
}

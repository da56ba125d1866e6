using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>Bytes that can be read at any place, by several threads at once: a file, or what a record of one unpacks to.</summary>
internal abstract class ByteSource
{
    /// <summary>The file they are from.</summary>
    public abstract string FilePath { get; }

    /// <summary>How many there are.</summary>
    public abstract long Length { get; }

    /// <summary>Fills a buffer from a place.</summary>
    /// <exception cref="EndOfStreamException">The bytes end before the buffer is full.</exception>
    /// <exception cref="InvalidDataException">They cannot be unpacked.</exception>
    public abstract void ReadExactly(long offset, Span<byte> buffer);

    /// <summary>Fills a tensor's own memory from a place.</summary>
    /// <param name="tensor">A contiguous CPU tensor.</param>
    /// <param name="offset">Where its first element lies.</param>
    /// <exception cref="IRConStyleException">The file can no longer be read, or is damaged there.</exception>
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
        catch (InvalidDataException exception)
        {
            throw new IRConStyleException($"{FilePath} is damaged: {exception.Message}", "Fetch the file again, or save it again.", exception);
        }
    }

    // Bytes other than 0 and 1 are no booleans: kernels may do anything with them.
    private static void Normalize(Span<byte> booleans)
    {
        foreach (ref var value in booleans)
            value = value == 0 ? (byte)0 : (byte)1;
    }
}

/// <summary>A range of bytes.</summary>
/// <param name="Source">Where they are.</param>
/// <param name="Start">The first.</param>
/// <param name="Length">How many.</param>
internal sealed record ByteRange(ByteSource Source, long Start, long Length);

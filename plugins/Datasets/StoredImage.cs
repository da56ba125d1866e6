using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using IRConStyle.Abstractions;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace IRConStyle.Plugins.Datasets;

/// <summary>The size and kind of an image.</summary>
internal readonly record struct ImageShape(int Width, int Height, int Channels, int BitDepth)
{
    /// <summary>Bytes of a pixel's samples.</summary>
    public int PixelLength => Channels * (BitDepth / 8);

    /// <summary>Bytes of a row's samples.</summary>
    public int RowLength => checked(Width * PixelLength);

    /// <summary>Whether an image can be so.</summary>
    public bool IsPossible => Width > 0 && Height > 0 && Channels is 1 or 3 && BitDepth is 8 or 16;

    /// <summary>An image's shape.</summary>
    public static ImageShape Of(DecodedImage image) => new(image.Width, image.Height, image.Channels, image.BitDepth);
}

/// <summary>Which image a stored file is of.</summary>
/// <param name="PathHash">The first bytes of the SHA-256 of its full path.</param>
/// <param name="Stamp">The file it was decoded from.</param>
internal sealed record StoredHeader(byte[] PathHash, SourceStamp Stamp)
{
    /// <summary>How many bytes of the hash count.</summary>
    public const int HashLength = 16;

    /// <summary>The header's length in bytes.</summary>
    public const int Length = 56;

    private static ReadOnlySpan<byte> Mark => "IRCSPIX2"u8;

    /// <summary>Mark, path hash, source length and time, width, height, channels and depth, checksum; little-endian.</summary>
    public byte[] Write(ImageShape shape)
    {
        var bytes = new byte[Length];
        Mark.CopyTo(bytes);
        PathHash.CopyTo(bytes, 8);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Stamp.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), Stamp.Ticks);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(40), shape.Width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(44), shape.Height);
        (bytes[48], bytes[49]) = ((byte)shape.Channels, (byte)shape.BitDepth);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(52), Checksum.Of(bytes.AsSpan(0, 52)));
        return bytes;
    }

    /// <summary>The shape in a header of this very image; null when it is another's, or damaged.</summary>
    public ImageShape? ShapeIn(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Length)
            return null;
        var shape = new ImageShape(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[44..]), bytes[48], bytes[49]);
        return shape.IsPossible && bytes.SequenceEqual(Write(shape)) ? shape : null;
    }
}

/// <summary>
/// A stored image that is open: behind the header, each row of samples is followed by its checksum, so that the rows of a
/// patch are one piece of the file. 16-bit samples lie in the byte order of the machine that stored them.
/// </summary>
internal sealed class StoredImage : IPixels
{
    private const int ChecksumLength = 4, BandLength = 4 << 20;

    private readonly SafeFileHandle _file;
    private readonly ImageShape _shape;
    private readonly Func<DecodedImage> _renew;

    private StoredImage(SafeFileHandle file, ImageShape shape, Func<DecodedImage> renew)
        => (_file, _shape, _renew) = (file, shape, renew);

    public int Width => _shape.Width;

    public int Height => _shape.Height;

    /// <summary>What the image takes in memory.</summary>
    public long Bytes => (long)_shape.RowLength * Height;

    private int StoredRowLength => _shape.RowLength + ChecksumLength;

    /// <summary>Opens a file; null when there is none that is whole and of this image.</summary>
    public static StoredImage? TryOpen(string file, StoredHeader header, Func<DecodedImage> renew)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
            var start = new byte[StoredHeader.Length];
            if (RandomAccess.Read(handle, start, 0) == start.Length && header.ShapeIn(start) is { } shape
                && RandomAccess.GetLength(handle) == StoredHeader.Length + (long)(shape.RowLength + ChecksumLength) * shape.Height)
                return new StoredImage(Interlocked.Exchange(ref handle, null)!, shape, renew);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not stored yet is the usual case. What cannot be read for another reason shows when it is to be replaced.
            return null;
        }
        finally
        {
            handle?.Dispose();
        }
    }

    /// <summary>Writes a file.</summary>
    public static void Write(Stream stream, StoredHeader header, DecodedImage image)
    {
        var shape = ImageShape.Of(image);
        stream.Write(header.Write(shape));
        Span<byte> checksum = stackalloc byte[ChecksumLength];
        for (var y = 0; y < image.Height; y++)
        {
            var row = image.Samples.Span.Slice(y * shape.RowLength, shape.RowLength);
            BinaryPrimitives.WriteUInt32LittleEndian(checksum, Checksum.Of(row));
            stream.Write(row);
            stream.Write(checksum);
        }
    }

    /// <summary>The whole image; null when it is damaged.</summary>
    public DecodedImage? TryReadAll() => TryRead(0, 0, Height, Width, new byte[Bytes]);

    public torch.Tensor Cut(ImageView view)
    {
        // Only the patch itself goes on from what is read.
        var patch = ArrayPool<byte>.Shared.Rent(checked(view.Height * view.Width * _shape.PixelLength));
        try
        {
            if (TryRead(view.Top, view.Left, view.Height, view.Width, patch) is { } part)
                return part.ToRgbTensor(view with { Top = 0, Left = 0 });
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(patch);
        }

        var image = _renew();
        return image.Height == Height && image.Width == Width
            ? image.ToRgbTensor(view)
            : throw new IRConStyleException("An image was replaced by one of another size while it was read.", "Leave the images alone while they are used.");
    }

    public void Dispose() => _file.Dispose();

    private DecodedImage? TryRead(int top, int left, int height, int width, byte[] target)
    {
        var (from, length) = (left * _shape.PixelLength, width * _shape.PixelLength);
        // A band of rows at a time, so that a whole large image is not held twice.
        var band = Math.Clamp(BandLength / StoredRowLength, 1, height);
        var buffer = ArrayPool<byte>.Shared.Rent(band * StoredRowLength);
        try
        {
            for (var done = 0; done < height; done += band)
            {
                var rows = buffer.AsSpan(0, Math.Min(band, height - done) * StoredRowLength);
                if (ReadFully(rows, StoredHeader.Length + (long)(top + done) * StoredRowLength) < rows.Length)
                    return null;
                for (var row = done; rows.Length > 0; row++, rows = rows[StoredRowLength..])
                {
                    var samples = rows[.._shape.RowLength];
                    if (Checksum.Of(samples) != BinaryPrimitives.ReadUInt32LittleEndian(rows[_shape.RowLength..]))
                        return null;
                    samples.Slice(from, length).CopyTo(target.AsSpan(row * length));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new DecodedImage(width, height, _shape.Channels, _shape.BitDepth, target.AsMemory(0, height * length));
    }

    private int ReadFully(Span<byte> buffer, long offset)
    {
        var done = 0;
        try
        {
            for (int read; done < buffer.Length && (read = RandomAccess.Read(_file, buffer[done..], offset + done)) > 0; done += read)
            {
            }
        }
        catch (IOException)
        {
            // A store on a failing disk is a damaged one.
        }

        return done;
    }
}

/// <summary>CRC-32C, for which processors have an instruction.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
            crc = BitOperations.Crc32C(crc, word);
        foreach (var value in bytes[(bytes.Length & ~7)..])
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}

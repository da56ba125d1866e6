using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace IRConStyle.Plugins.Datasets;

/// <summary>Which image a stored file is of.</summary>
/// <param name="PathHash">The first bytes of the SHA-256 of its full path.</param>
/// <param name="Stamp">The file it was decoded from.</param>
internal sealed record StoredHeader(byte[] PathHash, SourceStamp Stamp)
{
    /// <summary>How many bytes of the hash count.</summary>
    public const int HashLength = 16;

    /// <summary>The header's length in bytes.</summary>
    public const int Length = 56;

    private static ReadOnlySpan<byte> Mark => "IRCSPIX1"u8;

    /// <summary>Mark, path hash, source length and time, width, height, checksum; little-endian.</summary>
    public byte[] Write(int width, int height)
    {
        var bytes = new byte[Length];
        Mark.CopyTo(bytes);
        PathHash.CopyTo(bytes, 8);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Stamp.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), Stamp.Ticks);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(40), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(44), height);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(48), Checksum.Of(bytes.AsSpan(0, 48)));
        return bytes;
    }

    /// <summary>The size in a header of this very image; null when it is another's, or damaged.</summary>
    public (int Width, int Height)? SizeIn(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Length)
            return null;
        var (width, height) = (BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[44..]));
        return width > 0 && height > 0 && bytes.SequenceEqual(Write(width, height)) ? (width, height) : null;
    }
}

/// <summary>
/// A stored image that is open: behind the header, each row holds its red, its green and its blue values and a checksum, so
/// that the rows of a patch are one piece of the file.
/// </summary>
internal sealed class StoredImage : IPixels
{
    private const int ChecksumLength = 4;

    private readonly SafeFileHandle _file;
    private readonly Func<DecodedImage> _renew;

    private StoredImage(SafeFileHandle file, int width, int height, Func<DecodedImage> renew)
        => (_file, Width, Height, _renew) = (file, width, height, renew);

    public int Width { get; }

    public int Height { get; }

    /// <summary>What the image takes in memory.</summary>
    public long Bytes => (long)RowLength * Height;

    private int RowLength => LengthOfRow(Width);

    /// <summary>Opens a file; null when there is none that is whole and of this image.</summary>
    public static StoredImage? TryOpen(string file, StoredHeader header, Func<DecodedImage> renew)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
            var start = new byte[StoredHeader.Length];
            if (RandomAccess.Read(handle, start, 0) == start.Length && header.SizeIn(start) is var (width, height)
                && RandomAccess.GetLength(handle) == StoredHeader.Length + (long)LengthOfRow(width) * height)
                return new StoredImage(Interlocked.Exchange(ref handle, null)!, width, height, renew);
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
        stream.Write(header.Write(image.Width, image.Height));
        var row = new byte[LengthOfRow(image.Width)];
        for (var y = 0; y < image.Height; y++)
        {
            for (var plane = 0; plane < 3; plane++)
                image.Pixels.AsSpan(plane * image.PlaneStep + y * image.RowStep, image.Width).CopyTo(row.AsSpan(plane * image.Width));
            BinaryPrimitives.WriteUInt32LittleEndian(row.AsSpan(3 * image.Width), Checksum.Of(row.AsSpan(0, 3 * image.Width)));
            stream.Write(row);
        }
    }

    /// <summary>The whole image; null when it is damaged.</summary>
    public DecodedImage? TryReadAll()
    {
        var buffer = new byte[checked((int)Bytes)];
        return TryRead(buffer, 0, Height) ? Rows(buffer, Height) : null;
    }

    public torch.Tensor Cut(View view)
    {
        // A view of a small image reaches beyond it; such a one begins at its first row.
        var rows = Math.Min(view.Height, Height - view.Top);
        var buffer = ArrayPool<byte>.Shared.Rent(checked(rows * RowLength));
        try
        {
            if (TryRead(buffer.AsSpan(0, rows * RowLength), view.Top, rows))
                return (view with { Top = 0 }).Of(Rows(buffer, rows));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var image = _renew();
        return image.Height == Height && image.Width == Width
            ? image.Cut(view)
            : throw new Abstractions.IRConStyleException("An image was replaced by one of another size while it was read.", "Leave the images alone while they are used.");
    }

    public void Dispose() => _file.Dispose();

    private static int LengthOfRow(int width) => checked(3 * width + ChecksumLength);

    private DecodedImage Rows(byte[] buffer, int rows) => new(buffer, rows, Width) { RowStep = RowLength, PlaneStep = Width };

    private bool TryRead(Span<byte> buffer, int top, int rows)
    {
        if (ReadFully(buffer, StoredHeader.Length + (long)top * RowLength) < buffer.Length)
            return false;
        for (var row = 0; row < rows; row++)
        {
            var bytes = buffer.Slice(row * RowLength, RowLength);
            if (Checksum.Of(bytes[..^ChecksumLength]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^ChecksumLength..]))
                return false;
        }

        return true;
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

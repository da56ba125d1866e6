using System.Buffers.Binary;
using System.IO.Compression;
using IRConStyle.Framework.Numerics;

namespace IRConStyle.Framework.Imaging;

/// <summary>
/// An image's rows as PNG holds them: filtered, and compressed as one zlib stream (RFC 1950). Strips of rows are compressed side by
/// side, each a run of whole blocks that ends at a byte, so that they stand one after the other as if made in one go.
/// </summary>
/// <param name="image">The image.</param>
/// <param name="level">0 (none) to 9 (smallest).</param>
/// <param name="threads">Strips that are made at once, at least 1; changes no byte of the result.</param>
internal sealed class PngPixels(RasterImage image, int level, int threads)
{
    /// <summary>Long enough that what a strip cannot repeat from the one before, 32 KB at most, costs little.</summary>
    private const int StripBytes = 1 << 20;

    private readonly int _sampleBytes = image.BitDepth / 8;

    private int PixelBytes => _sampleBytes * (image.Channels + (image.Alpha is null ? 0 : 1));

    private int RowBytes => image.Width * PixelBytes;

    private int StripRows => Math.Max(1, StripBytes / (RowBytes + 1));

    private int Strips => (image.Height + StripRows - 1) / StripRows;

    /// <summary>Writes the zlib stream.</summary>
    public void WriteTo(Stream output)
    {
        // Deflate with a window of 32 KB; the second byte tells the level and makes both a multiple of 31.
        output.Write([0x78, level switch { < 2 => 0x01, < 6 => 0x5E, 6 => 0x9C, _ => 0xDA }]);
        var sum = Adler32.Start;
        for (var first = 0; first < Strips; first += threads)
        {
            var strips = new Strip[Math.Min(threads, Strips - first)];
            if (strips.Length == 1)
                strips[0] = Compress(first);
            else
                Parallel.For(0, strips.Length, index => strips[index] = Compress(first + index));
            foreach (var strip in strips)
            {
                output.Write(strip.Compressed.Span);
                sum = Adler32.Join(sum, strip.Sum, strip.Length);
            }
        }

        Span<byte> end = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(end, sum);
        output.Write(end);
    }

    private Strip Compress(int index)
    {
        var (top, isLast) = (index * StripRows, index == Strips - 1);
        var bottom = Math.Min(image.Height, top + StripRows);
        using var compressed = new MemoryStream(StripBytes / 2);
        var sum = Adler32.Start;
        long length;
        using (var deflate = new DeflateStream(compressed, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true))
        {
            var filter = new PngFilter(RowBytes, PixelBytes);
            var (row, above) = (new byte[RowBytes], new byte[RowBytes]);
            if (top > 0)
                Pack(top - 1, above);
            for (var y = top; y < bottom; y++)
            {
                Pack(y, row);
                var filtered = filter.Best(row, above);
                sum = Adler32.Add(sum, filtered);
                deflate.Write(filtered);
                (row, above) = (above, row);
            }

            deflate.Flush();
            length = compressed.Length;
        }

        // Closing adds the block that ends the stream.
        if (isLast)
            length = compressed.Length;
        return new Strip(compressed.GetBuffer().AsMemory(0, (int)length), sum, (long)(bottom - top) * (RowBytes + 1));
    }

    private void Pack(int y, Span<byte> row)
    {
        PackSamples(y, row);
        if (image.BitDepth == 16 && BitConverter.IsLittleEndian)
            PngFilter.SwapBytes(row);
    }

    private void PackSamples(int y, Span<byte> row)
    {
        var colourBytes = image.Channels * _sampleBytes;
        var colour = image.Samples.AsSpan(y * image.Width * colourBytes, image.Width * colourBytes);
        if (image.Alpha is null)
        {
            colour.CopyTo(row);
            return;
        }

        var alpha = image.Alpha.AsSpan(y * image.Width * _sampleBytes, image.Width * _sampleBytes);
        for (var x = 0; x < image.Width; x++)
        {
            colour.Slice(x * colourBytes, colourBytes).CopyTo(row);
            alpha.Slice(x * _sampleBytes, _sampleBytes).CopyTo(row[colourBytes..]);
            row = row[(colourBytes + _sampleBytes)..];
        }
    }

    /// <param name="Compressed">Whole blocks of deflate.</param>
    /// <param name="Sum">Of the bytes before compression.</param>
    /// <param name="Length">Their number.</param>
    private readonly record struct Strip(ReadOnlyMemory<byte> Compressed, uint Sum, long Length);
}

using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Imaging;

/// <summary>Reads one page of a TIFF: grey and RGB of 8 or 16 bits as they are, other kinds as LibTiff converts them to 8-bit RGB.</summary>
internal sealed class TiffReader(ImageSource source, TiffLayout layout, Tiff tiff, byte[]? profile)
{
    private readonly int _width = layout.Width, _height = layout.Height;

    public RasterImage Read(TiffDirectory page)
    {
        if (!tiff.IsCodecConfigured(layout.Compression))
            throw source.Unsupported($"{layout.Compression} compression", "Convert it to a TIFF without compression or with LZW, or to PNG.");
        if (layout.Bits > 16 || layout.Format is not (SampleFormat.UINT or SampleFormat.VOID))
            throw source.Unsupported($"{layout.Bits}-bit {layout.Format} samples", "Convert it to unsigned integers of 8 or 16 bits.");

        var channels = layout.Photometric switch
        {
            Photometric.MINISBLACK or Photometric.MINISWHITE => 1,
            Photometric.RGB => 3,
            _ => 0,
        };
        var image = channels > 0 && layout.Bits is 8 or 16 && layout.Samples >= channels
            ? ReadSamples(layout.Bits, layout.Samples, channels, inverted: layout.Photometric == Photometric.MINISWHITE)
            : ReadConverted();
        return Orientation.Apply(image, TiffFormat.OrientationOf(page));
    }

    private RasterImage ReadSamples(int bits, int stored, int channels, bool inverted)
    {
        var sampleBytes = bits / 8;
        var extra = stored > channels ? AlphaKind() : ExtraSample.UNSPECIFIED;
        var hasAlpha = extra is ExtraSample.ASSOCALPHA or ExtraSample.UNASSALPHA;
        var image = Create(channels, bits, hasAlpha);
        var planes = layout.Planes;
        // A plane that is neither colour nor alpha is not read.
        for (var plane = 0; plane < Math.Min(planes, channels + (hasAlpha ? 1 : 0)); plane++)
            ForEachBlock(planes, plane, (block, blockRowBytes, x, y, width, height) =>
            {
                var perPixel = planes == 1 ? stored : 1;
                for (var row = 0; row < height; row++)
                    Scatter(image, block.AsSpan(row * blockRowBytes, width * perPixel * sampleBytes), (y + row) * _width + x, plane, perPixel, sampleBytes);
            });
        if (inverted)
            for (var i = 0; i < image.Samples.Length; i++)
                image.Samples[i] ^= 0xFF;
        if (extra == ExtraSample.ASSOCALPHA)
            Unmultiply(image);
        return image;
    }

    private RasterImage Create(int channels, int bits, bool hasAlpha)
        => new(_width, _height, channels, bits, alpha: hasAlpha ? new byte[_width * _height * (bits / 8)] : null)
        {
            IccProfile = IccProfile.Fitting(profile, channels),
            SourceFormat = source.Format,
        };

    /// <summary>Visits the strips or tiles of a plane, cropped to the image.</summary>
    private void ForEachBlock(int planes, int plane, Action<byte[], int, int, int, int, int> visit)
    {
        var tiled = layout.IsTiled;
        var blockWidth = layout.BlockWidth;
        // Strips are read row by row: the library divides by zero when asked for a strip of more rows than the image.
        var blockHeight = tiled ? layout.BlockHeight : 1;
        var rowBytes = tiled ? tiff.TileRowSize() : tiff.ScanlineSize();
        // Planes do not share blocks, so they are numbered one after the other.
        var perPlane = tiled ? tiff.NumberOfTiles() / planes : 0;
        var block = new byte[tiled ? tiff.TileSize() : rowBytes];
        var index = 0;
        for (var y = 0; y < _height; y += blockHeight)
            for (var x = 0; x < _width; x += blockWidth, index++)
            {
                var height = Math.Min(blockHeight, _height - y);
                var complete = tiled
                    ? tiff.ReadEncodedTile(plane * perPlane + index, block, 0, block.Length) == block.Length
                    : tiff.ReadScanline(block, y, (short)plane);
                if (!complete)
                    throw Undecodable($"from row {y} on");
                visit(block, rowBytes, x, y, Math.Min(blockWidth, _width - x), height);
            }
    }

    private static void Scatter(RasterImage image, ReadOnlySpan<byte> row, int firstPixel, int plane, int perPixel, int sampleBytes)
    {
        var channels = image.Channels;
        if (perPixel == channels && (channels == 3 || image.Alpha is null))
        {
            row.CopyTo(image.Samples.AsSpan(firstPixel * channels * sampleBytes));
            return;
        }

        var stride = perPixel * sampleBytes;
        var count = row.Length / stride;
        for (var i = 0; i < count; i++)
            for (var sample = 0; sample < perPixel && plane + sample <= channels; sample++)
            {
                var value = row.Slice(i * stride + sample * sampleBytes, sampleBytes);
                if (plane + sample < channels)
                    value.CopyTo(image.Samples.AsSpan(((firstPixel + i) * channels + plane + sample) * sampleBytes));
                else if (image.Alpha is not null)
                    value.CopyTo(image.Alpha.AsSpan((firstPixel + i) * sampleBytes));
            }
    }

    private RasterImage ReadConverted()
    {
        if (!tiff.RGBAImageOK(out var reason))
            throw source.Unsupported($"content that cannot be converted to RGB ({reason})", "Convert it to RGB or grey of 8 or 16 bits.");
        var pixels = new int[_width * _height];
        // As stored: the library was not told of an orientation.
        if (!tiff.ReadRGBAImageOriented(_width, _height, pixels, BitMiracle.LibTiff.Classic.Orientation.TOPLEFT, stopOnError: true))
            throw Undecodable("as a whole");
        var image = Create(3, 8, hasAlpha: false);
        for (var i = 0; i < pixels.Length; i++)
        {
            image.Samples[3 * i] = (byte)Tiff.GetR(pixels[i]);
            image.Samples[3 * i + 1] = (byte)Tiff.GetG(pixels[i]);
            image.Samples[3 * i + 2] = (byte)Tiff.GetB(pixels[i]);
        }

        return image;
    }

    private static void Unmultiply(RasterImage image)
    {
        for (var i = 0; i < image.Width * image.Height; i++)
        {
            var alpha = Get(image.Alpha!, i, image.BitDepth);
            if (alpha == 0)
                continue;
            for (var sample = i * image.Channels; sample < (i + 1) * image.Channels; sample++)
            {
                var value = Math.Min(image.MaxValue, ((long)Get(image.Samples, sample, image.BitDepth) * image.MaxValue + alpha / 2) / alpha);
                if (image.BitDepth == 8)
                    image.Samples[sample] = (byte)value;
                else
                    image.Words[sample] = (ushort)value;
            }
        }
    }

    private static int Get(byte[] samples, int index, int bits)
        => bits == 8 ? samples[index] : MemoryMarshal.Cast<byte, ushort>(samples)[index];

    private IRConStyleException Undecodable(string where)
        => source.Damaged($"its pixels cannot be decoded {where}, or it is truncated ({TiffErrors.Last ?? "no details"})");

    private ExtraSample AlphaKind()
        => tiff.GetField(TiffTag.EXTRASAMPLES) is [_, var kinds, ..] && kinds.ToShortArray() is [var first, ..]
            ? (ExtraSample)first
            : ExtraSample.UNSPECIFIED;
}

using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Imaging;

/// <summary>Reads one page of a TIFF: grey and RGB of 8 or 16 bits as they are, other kinds as LibTiff converts them to 8-bit RGB.</summary>
internal sealed class TiffReader(ImageSource source, Tiff tiff)
{
    private int _width, _height;

    public (int Width, int Height) ReadSize()
    {
        (_width, _height) = (Tag(TiffTag.IMAGEWIDTH, 0), Tag(TiffTag.IMAGELENGTH, 0));
        source.CheckSize(_width, _height);
        return Orientation.SizeOf(_width, _height, Tag(TiffTag.ORIENTATION, Orientation.Upright));
    }

    public RasterImage Read()
    {
        ReadSize();
        var bits = Tag(TiffTag.BITSPERSAMPLE, 1);
        var stored = Tag(TiffTag.SAMPLESPERPIXEL, 1);
        var format = (SampleFormat)Tag(TiffTag.SAMPLEFORMAT, (int)SampleFormat.UINT);
        var photometric = (Photometric)Tag(TiffTag.PHOTOMETRIC, (int)Photometric.MINISBLACK);
        if (bits > 16 || format is not (SampleFormat.UINT or SampleFormat.VOID))
            throw source.Unsupported($"{bits}-bit {format} samples", "Convert it to unsigned integers of 8 or 16 bits.");

        var channels = photometric switch
        {
            Photometric.MINISBLACK or Photometric.MINISWHITE => 1,
            Photometric.RGB => 3,
            _ => 0,
        };
        var image = channels > 0 && bits is 8 or 16 && stored >= channels
            ? ReadSamples(bits, stored, channels, inverted: photometric == Photometric.MINISWHITE)
            : ReadConverted();
        return Orientation.Apply(image, Tag(TiffTag.ORIENTATION, Orientation.Upright));
    }

    private RasterImage ReadSamples(int bits, int stored, int channels, bool inverted)
    {
        var sampleBytes = bits / 8;
        var extra = stored > channels ? AlphaKind() : ExtraSample.UNSPECIFIED;
        var hasAlpha = extra is ExtraSample.ASSOCALPHA or ExtraSample.UNASSALPHA;
        var image = Create(channels, bits, hasAlpha);
        var planes = (PlanarConfig)Tag(TiffTag.PLANARCONFIG, (int)PlanarConfig.CONTIG) == PlanarConfig.SEPARATE ? stored : 1;
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
            IccProfile = IccProfile.Fitting(tiff.GetField(TiffTag.ICCPROFILE) is [_, var bytes, ..] ? bytes.GetBytes() : null, channels),
            SourceFormat = source.Format,
        };

    /// <summary>Visits the strips or tiles of a plane, cropped to the image.</summary>
    private void ForEachBlock(int planes, int plane, Action<byte[], int, int, int, int, int> visit)
    {
        var tiled = tiff.IsTiled();
        var blockWidth = tiled ? Tag(TiffTag.TILEWIDTH, 0) : _width;
        // Strips are read row by row: the library divides by zero when asked for a strip of more rows than the image.
        var blockHeight = tiled ? Tag(TiffTag.TILELENGTH, 0) : 1;
        var rowBytes = tiled ? tiff.TileRowSize() : tiff.ScanlineSize();
        if (blockWidth < 1 || blockHeight < 1 || rowBytes < 1)
            throw source.Damaged($"its tiles of {blockWidth}×{blockHeight} pixels are impossible");
        // A tile may be larger than a small image, but not by any amount the file likes.
        const long LargestTile = 1 << 24;
        if (tiled && (long)blockWidth * blockHeight > Math.Max((long)_width * _height, LargestTile))
            throw source.Damaged($"its tiles of {blockWidth}×{blockHeight} pixels are impossible for {_width}×{_height} pixels");
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
        // In the stored orientation, so that the tag is applied once, and by us.
        var stored = (BitMiracle.LibTiff.Classic.Orientation)Tag(TiffTag.ORIENTATION, Orientation.Upright);
        if (!tiff.ReadRGBAImageOriented(_width, _height, pixels, stored, stopOnError: true))
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

    private int Tag(TiffTag tag, int otherwise) => tiff.GetField(tag) is [var value, ..] ? value.ToInt() : otherwise;
}

using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>
/// Reads one page of a TIFF. Grey and RGB keep their samples, those of other sizes are spread over 8 or 16 bits; palettes,
/// CMYK and YCbCr become RGB.
/// </summary>
internal sealed class TiffReader(ImageSource source, TiffFile file, TiffLayout layout)
{
    /// <summary>What to do about a kind that is not supported.</summary>
    public const string Convert = "Convert it to grey or RGB of 8 or 16 bits.";

    private const int Black = 3;

    public RasterImage Read(ImageMetadata metadata)
    {
        TiffKinds.RequireReadable(source, layout, file.Page);
        if (layout.Unit != (1, 1))
            return new TiffYcbcr(source, file, layout).Read(metadata);
        var palette = layout.Photometric == Photometric.PALETTE ? TiffKinds.Palette(source, file.Page, layout.Bits) : null;
        return TiffBlocks.Read(source, file, layout, blocks => layout.Photometric switch
        {
            Photometric.YCBCR when layout.Compression == Compression.OJPEG => ReadConverted(blocks, metadata),
            _ => ReadSamples(blocks, metadata, palette),
        });
    }

    /// <summary>Makes the image that is to be filled.</summary>
    public static RasterImage Create(ImageSource source, TiffLayout layout, ImageMetadata metadata, int channels, int depth, bool hasAlpha)
        => new(layout.Width, layout.Height, channels, depth, alpha: hasAlpha ? new byte[layout.Width * layout.Height * (depth / 8)] : null)
        {
            Metadata = metadata.Fitting(channels),
            SourceFormat = source.Format,
            Notes = source.Notes,
        };

    private RasterImage ReadSamples(TiffBlocks blocks, ImageMetadata metadata, byte[]? palette)
    {
        var isCmyk = layout.Photometric == Photometric.SEPARATED;
        var colours = layout.Photometric switch { Photometric.RGB or Photometric.YCBCR or Photometric.CIELAB or Photometric.ICCLAB => 3, Photometric.SEPARATED => 4, _ => 1 };
        var extra = layout.Samples > colours ? AlphaKind() : ExtraSample.UNSPECIFIED;
        var hasAlpha = extra is ExtraSample.ASSOCALPHA or ExtraSample.UNASSALPHA;
        var converter = new TiffSamples(layout.Bits, layout.Format, areIndices: palette is not null);
        var image = Create(source, layout, metadata, colours == 1 && palette is null ? 1 : 3, converter.Depth, hasAlpha);
        var wanted = colours + (hasAlpha ? 1 : 0);
        if (layout.Samples > wanted)
            source.Note($"{layout.Samples - wanted} of {layout.Samples} samples of each pixel are neither colour nor alpha and were left out");
        var perPixel = layout.Planes == 1 ? layout.Samples : 1;
        // A plane that is neither colour nor alpha is not read.
        for (var plane = 0; plane < Math.Min(layout.Planes, wanted); plane++)
            blocks.ForEachRow(plane, (row, x, y, width) =>
            {
                var samples = converter.Convert(row, width * perPixel);
                var first = y * layout.Width + x;
                if (palette is not null)
                    PlaceIndices(image, palette, samples, perPixel, first);
                else if (isCmyk)
                    PlaceCmyk(image, samples, perPixel, first);
                else
                    Place(image, samples, perPixel, first, plane);
            });
        if (converter.Note is { } note)
            source.Note(note);
        if (layout.Photometric == Photometric.MINISWHITE)
            for (var i = 0; i < image.Samples.Length; i++)
                image.Samples[i] ^= 0xFF;
        if (isCmyk)
            source.Note("colours are approximate: CMYK was converted without its profile");
        if (layout.Photometric is Photometric.CIELAB or Photometric.ICCLAB)
        {
            TiffLab.Convert(image, file.Page, isIcc: layout.Photometric == Photometric.ICCLAB);
            source.Note("colours are approximate: CIE L*a*b* was converted to sRGB");
        }

        if (layout is { Photometric: Photometric.YCBCR, Compression: not Compression.JPEG })
            TiffYcbcr.Convert(image.Samples, file.Page);
        if (extra == ExtraSample.ASSOCALPHA)
            Unmultiply(image);
        return image;
    }

    /// <summary>Puts samples where they belong; a pixel's further samples are passed over.</summary>
    private static void Place(RasterImage image, ReadOnlySpan<byte> row, int perPixel, int firstPixel, int plane)
    {
        var (channels, sampleBytes) = (image.Channels, image.BitDepth / 8);
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

    private static void PlaceIndices(RasterImage image, byte[] palette, ReadOnlySpan<byte> row, int perPixel, int firstPixel)
    {
        for (int i = 0, pixel = firstPixel; i < row.Length; i += perPixel, pixel++)
        {
            palette.AsSpan(3 * row[i], 3).CopyTo(image.Samples.AsSpan(3 * pixel));
            if (image.Alpha is not null)
                image.Alpha[pixel] = row[i + 1];
        }
    }

    // Ink covers paper: what each ink lets through, and then the black.
    private static void PlaceCmyk(RasterImage image, ReadOnlySpan<byte> row, int perPixel, int firstPixel)
    {
        var largest = image.MaxValue;
        var count = row.Length / perPixel / (image.BitDepth / 8);
        for (var i = 0; i < count; i++)
        {
            var black = largest - Get(row, i * perPixel + Black, image.BitDepth);
            for (var ink = 0; ink < Black; ink++)
                Set(image.Samples, (firstPixel + i) * 3 + ink, image.BitDepth, (int)(((long)(largest - Get(row, i * perPixel + ink, image.BitDepth)) * black + largest / 2) / largest));
            if (image.Alpha is not null)
                Set(image.Alpha, firstPixel + i, image.BitDepth, Get(row, i * perPixel + Black + 1, image.BitDepth));
        }
    }

    private RasterImage ReadConverted(TiffBlocks blocks, ImageMetadata metadata)
    {
        var pixels = blocks.ReadConverted();
        var image = Create(source, layout, metadata, channels: 3, depth: 8, hasAlpha: false);
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
                Set(
                    image.Samples, sample, image.BitDepth,
                    (int)Math.Min(image.MaxValue, ((long)Get(image.Samples, sample, image.BitDepth) * image.MaxValue + alpha / 2) / alpha));
        }
    }

    private static int Get(ReadOnlySpan<byte> samples, int index, int depth)
        => depth == 8 ? samples[index] : MemoryMarshal.Cast<byte, ushort>(samples)[index];

    private static void Set(Span<byte> samples, int index, int depth, int value)
    {
        if (depth == 8)
            samples[index] = (byte)value;
        else
            MemoryMarshal.Cast<byte, ushort>(samples)[index] = (ushort)value;
    }

    private ExtraSample AlphaKind()
        => file.Page.Ints(TiffTag.EXTRASAMPLES, 1) is [var kind, ..] ? (ExtraSample)kind : ExtraSample.UNSPECIFIED;
}

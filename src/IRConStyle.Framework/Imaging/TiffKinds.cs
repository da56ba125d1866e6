using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>Which kinds of TIFF can be read, and what is said of the others.</summary>
internal static class TiffKinds
{
    private const string OtherCompression = "Convert it to a TIFF without compression, with LZW or Deflate, or to PNG.";

    private static readonly HashSet<Compression> Decoded =
    [
        Compression.NONE, Compression.CCITTRLE, Compression.CCITTRLEW, Compression.CCITTFAX3, Compression.CCITTFAX4, Compression.LZW,
        Compression.OJPEG, Compression.JPEG, Compression.ADOBE_DEFLATE, Compression.DEFLATE, Compression.PACKBITS,
    ];

    /// <summary>Refuses what neither the library nor this reader decodes: such a file is right, and is not called damaged.</summary>
    public static void RequireReadable(ImageSource source, TiffLayout layout, TiffDirectory page)
    {
        if (!Decoded.Contains(layout.Compression))
            throw source.Unsupported($"the compression {NameOf((int)layout.Compression)}", OtherCompression);
        if (layout.Compression is Compression.JPEG or Compression.OJPEG && layout.Bits != 8)
            throw source.Unsupported($"JPEG compression of {layout.Bits}-bit samples", OtherCompression);
        if (SamplesProblem(layout) is { } samples)
            throw source.Unsupported(samples, TiffReader.Convert);
        if (ColourProblem(layout, page) is { } colour)
            throw source.Unsupported(colour, TiffReader.Convert);
        if (layout.Unit != (1, 1) && page.Int(TiffTag.PREDICTOR, (int)Predictor.NONE) != (int)Predictor.NONE)
            throw source.Unsupported("a predictor of subsampled YCbCr", OtherCompression);
        var isPredicted = layout.Compression is Compression.LZW or Compression.DEFLATE or Compression.ADOBE_DEFLATE;
        var predictor = (Predictor)page.Int(TiffTag.PREDICTOR, (int)Predictor.NONE);
        if (isPredicted && !CanPredict(layout, predictor))
            throw source.Unsupported($"predictor {(int)predictor} of {layout.Bits}-bit samples", OtherCompression);
    }

    /// <summary>A palette's colours.</summary>
    /// <returns>Three bytes for each index.</returns>
    public static byte[] Palette(ImageSource source, TiffDirectory page, int bits)
    {
        var count = 1 << bits;
        var stored = page.Ints(TiffTag.COLORMAP, 3 * count);
        if (stored.Length < 3 * count)
            throw source.Damaged($"its palette has {stored.Length / 3} of {count} colours");
        // Old writers took the 16-bit entries for 8-bit ones.
        var isWide = stored.Any(value => value > byte.MaxValue);
        var palette = new byte[3 * count];
        for (var i = 0; i < stored.Length; i++)
            palette[i % count * 3 + i / count] = (byte)(isWide ? ((ushort)stored[i] + 128) / 257 : stored[i]);
        return palette;
    }

    private static string? SamplesProblem(TiffLayout layout) => (layout.Format, layout.Bits) switch
    {
        (SampleFormat.UINT or SampleFormat.VOID, <= 16 or 24 or 32) => null,
        (SampleFormat.IEEEFP, 16 or 32 or 64) => null,
        (SampleFormat.INT, _) => $"signed samples of {layout.Bits} bits",
        (SampleFormat.IEEEFP, _) => $"floating-point samples of {layout.Bits} bits",
        (SampleFormat.COMPLEXINT or SampleFormat.COMPLEXIEEEFP, _) => "complex samples",
        _ => $"samples of {layout.Bits} bits",
    };

    private static string? ColourProblem(TiffLayout layout, TiffDirectory page)
    {
        var isByte = layout.Bits == 8 && layout.Format != SampleFormat.IEEEFP;
        return layout.Photometric switch
        {
            Photometric.MINISBLACK or Photometric.MINISWHITE => null,
            Photometric.RGB => layout.Samples < 3 ? $"RGB of {layout.Samples} samples" : null,
            Photometric.PALETTE => layout.Bits > 8 || layout.Format == SampleFormat.IEEEFP ? $"a palette of {layout.Bits}-bit indices" : layout.Planes > 1 ? "a palette in several planes" : null,
            Photometric.SEPARATED => page.Int(TiffTag.INKSET, 1) != 1 || layout.Samples < 4 ? $"{layout.Samples} inks that are not CMYK"
                : layout.Planes > 1 ? "CMYK in separate planes" : null,
            Photometric.YCBCR => layout.Samples != 3 || !isByte || layout.Planes > 1 ? $"YCbCr of {layout.Samples} samples of {layout.Bits} bits" : null,
            Photometric.CIELAB or Photometric.ICCLAB => layout.Samples < 3 || (!isByte && layout is not { Bits: 16, Format: not SampleFormat.IEEEFP })
                ? $"CIE L*a*b* of {layout.Samples} samples of {layout.Bits} bits" : null,
            _ => $"the colour space {(Enum.IsDefined(layout.Photometric) ? layout.Photometric : (int)layout.Photometric)}",
        };
    }

    private static bool CanPredict(TiffLayout layout, Predictor predictor) => predictor switch
    {
        Predictor.NONE => true,
        Predictor.HORIZONTAL => layout.Bits is 8 or 16 or 32,
        Predictor.FLOATINGPOINT => layout.Format == SampleFormat.IEEEFP && layout.Bits is 16 or 32 or 64,
        _ => false,
    };

    private static string NameOf(int compression) => compression switch
    {
        32766 => "NeXT", 32809 => "ThunderScan", 32909 => "PixarLog", 34661 => "JBIG", 34676 or 34677 => "SGI Log", 34712 => "JPEG 2000",
        34887 => "LERC", 34892 => "lossy JPEG of DNG", 34925 => "LZMA", 50000 => "Zstandard", 50001 => "WebP", 50002 or 52546 => "JPEG XL",
        _ => "",
    } is { Length: > 0 } name ? $"{name} ({compression})" : $"{compression}";
}

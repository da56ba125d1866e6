using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Options of <see cref="JpegCompression"/>.</summary>
public sealed class JpegCompressionOptions
{
    /// <summary>The lowest quality, on libjpeg's scale; default 10.</summary>
    [Range(1, 100)]
    [AtMost(nameof(QualityMax))]
    public int QualityMin { get; set; } = 10;

    /// <summary>The highest quality; default 90.</summary>
    [Range(1, 100)]
    public int QualityMax { get; set; } = 90;

    /// <summary>Whether chroma is stored at half the resolution (4:2:0), as cameras and the web do; default true.</summary>
    public bool ChromaSubsampling { get; set; } = true;
}

/// <summary>
/// What JPEG loses (ITU-T T.81): the image is rounded to 8 bits, written by libjpeg-turbo and read again. Grey images are
/// written as RGB.
/// </summary>
/// <param name="options">How strongly it is compressed.</param>
/// <param name="images">Writes and reads.</param>
public sealed class JpegCompression(JpegCompressionOptions options, IImageCompressor images) : PixelDegradation
{
    private const int LargestSide = 65_500;

    /// <summary>The quality that a seed gets.</summary>
    internal int QualityFor(ulong seed) => new RandomStream(seed).Whole(options.QualityMin, options.QualityMax);

    private protected override void Degrade(ReadOnlySpan<float> clean, Span<float> degraded, PlaneSize size, ulong seed)
    {
        if (size.Channels is not (1 or 3))
            throw new IRConStyleException($"JPEG holds grey or RGB, the image has {size.Channels} channels.", "Degrade colour and other channels on their own.");
        if (Math.Max(size.Width, size.Height) > LargestSide)
            throw new IRConStyleException($"JPEG holds at most {LargestSide} pixels a side, the image has {size.Width}×{size.Height}.", "Use smaller images or patches.");
        var rgb = new byte[size.Plane * 3];
        for (var i = 0; i < rgb.Length; i++)
            rgb[i] = (byte)MathF.Round(Math.Clamp(clean[i / 3 + PlaneOf(i % 3, size)], 0, 1) * 255);
        images.ThroughJpeg(rgb, size.Width, size.Height, QualityFor(seed), options.ChromaSubsampling);
        for (var channel = 0; channel < size.Channels; channel++)
            for (int i = 0, at = channel * size.Plane; i < size.Plane; i++, at++)
                degraded[at] = rgb[3 * i + channel] / 255f;
    }

    private static int PlaneOf(int colour, PlaneSize size) => Math.Min(colour, size.Channels - 1) * size.Plane;
}

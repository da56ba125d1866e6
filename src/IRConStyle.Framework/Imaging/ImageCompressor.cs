using IRConStyle.Abstractions;
using SkiaSharp;

namespace IRConStyle.Framework.Imaging;

/// <summary>Sends images through JPEG as libjpeg-turbo (by Skia) writes and reads it.</summary>
public sealed class ImageCompressor : IImageCompressor
{
    private const int LargestSide = 65_500;

    /// <inheritdoc/>
    public unsafe void ThroughJpeg(byte[] rgb, int width, int height, int quality, bool halveColour)
    {
        ArgumentNullException.ThrowIfNull(rgb);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rgb.Length, checked(width * height * 3));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(width, height), LargestSide, nameof(width));
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        // Without a colour space Skia leaves the values alone.
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque, null);
        var rgba = new byte[checked(width * height * 4)];
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
            (rgba[to], rgba[to + 1], rgba[to + 2], rgba[to + 3]) = (rgb[from], rgb[from + 1], rgb[from + 2], byte.MaxValue);
        fixed (byte* pixels = rgba)
        {
            using var pixmap = new SKPixmap(info, (nint)pixels);
            var downsample = halveColour ? SKJpegEncoderDownsample.Downsample420 : SKJpegEncoderDownsample.Downsample444;
            using var file = pixmap.Encode(new SKJpegEncoderOptions(quality, downsample, SKJpegEncoderAlphaOption.Ignore))
                ?? throw new InvalidOperationException($"The JPEG encoder refused {width}×{height} pixels.");
            using var codec = SKCodec.Create(file);
            if (codec?.GetPixels(info, (nint)pixels, SKCodecOptions.Default) != SKCodecResult.Success)
                throw new InvalidOperationException("The JPEG decoder refused what the encoder wrote.");
        }

        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (rgba[from], rgba[from + 1], rgba[from + 2]);
    }
}

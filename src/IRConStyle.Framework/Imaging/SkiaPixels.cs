using System.Runtime.InteropServices;
using IRConStyle.Abstractions;
using SkiaSharp;

namespace IRConStyle.Framework.Imaging;

/// <summary>Skia's decoders and encoders, asked for the file's own values: no colour conversion, alpha not multiplied in.</summary>
internal static class SkiaPixels
{
    private const string UnreadableHeader = "its header cannot be read, or the file ends within it";

    /// <summary>Decodes a file as stored, without turning it upright.</summary>
    /// <param name="source">The file, for messages, limit and notes.</param>
    /// <param name="content">What to decode.</param>
    /// <param name="metadata">What the file says beside its pixels.</param>
    /// <param name="managed">Whether colours are converted to sRGB through the file's profile; otherwise values stay as they are.</param>
    public static RasterImage Decode(ImageSource source, byte[] content, ImageMetadata metadata, bool managed = false)
    {
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data) ?? throw source.Damaged(UnreadableHeader);
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        source.CheckSize(width, height);
        if (codec.FrameCount > 1)
            source.Note($"first of {codec.FrameCount} frames");

        var grey = codec.Info.ColorType == SKColorType.Gray8;
        // Without a colour space in the target, Skia leaves the values alone.
        using var target = managed ? SKColorSpace.CreateSrgb() : null;
        var info = new SKImageInfo(width, height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, grey ? SKAlphaType.Opaque : SKAlphaType.Unpremul, target);
        var pixels = new byte[checked((int)info.BytesSize64)];
        switch (Fill(codec, info, pixels))
        {
            case SKCodecResult.Success:
                break;
            case SKCodecResult.IncompleteInput:
                throw source.Truncated();
            case var result:
                throw source.Damaged($"its pixels cannot be decoded, or the file ends within them ({result})");
        }

        var channels = grey ? 1 : 3;
        var (samples, alpha) = grey ? (pixels, null) : Split(pixels, withAlpha: codec.Info.AlphaType != SKAlphaType.Opaque);
        return new RasterImage(width, height, channels, 8, samples, alpha)
        {
            Metadata = metadata.Fitting(channels),
            SourceFormat = source.Format,
            Notes = source.Notes,
        };
    }

    /// <summary>Reads the stored size; no pixel is decoded.</summary>
    public static (int Width, int Height) ReadSize(ImageSource source, Stream stream)
    {
        using var codec = SKCodec.Create(stream) ?? throw source.Damaged(UnreadableHeader);
        source.CheckSize(codec.Info.Width, codec.Info.Height);
        return (codec.Info.Width, codec.Info.Height);
    }

    /// <summary>Encodes an image reduced to 8 bits.</summary>
    /// <param name="target">The file, for messages and notes.</param>
    /// <param name="image">The image.</param>
    /// <param name="grey">Whether a grey image may stay grey.</param>
    /// <param name="withAlpha">Whether alpha is passed on.</param>
    /// <param name="encode">Calls the encoder.</param>
    public static byte[] Encode(ImageTarget target, RasterImage image, bool grey, bool withAlpha, Func<SKPixmap, SKData?> encode)
    {
        if (image.BitDepth > 8)
            target.Note("16-bit samples were rounded to 8 bits, more than which the format does not hold");
        if (image.Alpha is not null && !withAlpha)
            target.Note("alpha was left out, which the format does not hold");
        var bytes = image.To8Bits();
        grey &= image.Channels == 1;
        var alpha = withAlpha ? bytes.Alpha : null;
        var info = new SKImageInfo(
            image.Width, image.Height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, alpha is null ? SKAlphaType.Opaque : SKAlphaType.Unpremul, null);
        var pinned = GCHandle.Alloc(grey ? bytes.Samples : Join(bytes.RgbBytes(), alpha), GCHandleType.Pinned);
        try
        {
            using var pixmap = new SKPixmap(info, pinned.AddrOfPinnedObject());
            using var data = encode(pixmap) ?? throw new IRConStyleException(
                $"{target.Path} cannot be written: the encoder refused {image.Width}×{image.Height} pixels.", "Write PNG or TIFF instead.");
            return data.ToArray();
        }
        finally
        {
            pinned.Free();
        }
    }

    private static unsafe SKCodecResult Fill(SKCodec codec, SKImageInfo info, byte[] pixels)
    {
        fixed (byte* start = pixels)
            return codec.GetPixels(info, (nint)start, SKCodecOptions.Default);
    }

    private static (byte[] Samples, byte[]? Alpha) Split(byte[] rgba, bool withAlpha)
    {
        var samples = new byte[rgba.Length / 4 * 3];
        var alpha = withAlpha ? new byte[rgba.Length / 4] : null;
        for (int from = 0, to = 0; from + 3 < rgba.Length; from += 4, to += 3)
        {
            samples[to] = rgba[from];
            samples[to + 1] = rgba[from + 1];
            samples[to + 2] = rgba[from + 2];
        }

        for (var i = 0; i < alpha?.Length; i++)
            alpha[i] = rgba[4 * i + 3];
        return (samples, alpha);
    }

    private static byte[] Join(byte[] rgb, byte[]? alpha)
    {
        var rgba = new byte[checked(rgb.Length / 3 * 4)];
        for (int from = 0, to = 0; to < rgba.Length; from += 3, to += 4)
        {
            rgba[to] = rgb[from];
            rgba[to + 1] = rgb[from + 1];
            rgba[to + 2] = rgb[from + 2];
            rgba[to + 3] = alpha is null ? byte.MaxValue : alpha[to / 4];
        }

        return rgba;
    }
}

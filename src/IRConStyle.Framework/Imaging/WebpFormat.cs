using System.Buffers.Binary;
using IRConStyle.Abstractions;
using SkiaSharp;

namespace IRConStyle.Framework.Imaging;

/// <summary>WebP through Skia; the ICC profile travels in an ICCP chunk of the extended container (RFC 9649).</summary>
internal sealed class WebpFormat : IImageFormat
{
    private const int LargestSide = 16383, FileHeader = 12, ChunkHeader = 8;
    private const byte HasProfile = 0x20, HasAlpha = 0x10;

    // For lossless coding the number is the encoder's effort, not a quality; Skia's own default.
    private const float LosslessEffort = 75;

    public string Name => "WebP";

    public IReadOnlyList<string> Extensions { get; } = [".webp"];

    public bool CanWrite => true;

    public bool Recognises(ReadOnlySpan<byte> content)
        => content.Length >= FileHeader && content.StartsWith("RIFF"u8) && content[8..].StartsWith("WEBP"u8);

    public RasterImage Decode(ImageSource source)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(source.Content.AsSpan(4)) > source.Content.Length - ChunkHeader)
            throw source.Truncated();
        var metadata = Metadata(new MemoryStream(source.Content, writable: false));
        return Orientation.Apply(SkiaPixels.Decode(source, source.Content, metadata), metadata.Orientation);
    }

    public (int Width, int Height) ReadSize(ImageSource source, Stream stream)
    {
        var orientation = Metadata(stream).Orientation;
        stream.Position = 0;
        var (width, height) = SkiaPixels.ReadSize(source, stream);
        return Orientation.SizeOf(width, height, orientation);
    }

    public void Encode(Stream output, string path, RasterImage image, int quality, bool lossless)
    {
        if (Math.Max(image.Width, image.Height) > LargestSide)
            throw new IRConStyleException($"{path} cannot be written: WebP holds at most {LargestSide} pixels a side, the image has {image.Width}×{image.Height}.", "Write PNG or TIFF instead.");
        var options = new SKWebpEncoderOptions(
            lossless ? SKWebpEncoderCompression.Lossless : SKWebpEncoderCompression.Lossy, lossless ? LosslessEffort : quality);
        var content = SkiaPixels.Encode(path, image, grey: false, withAlpha: true, pixmap => pixmap.Encode(options));
        output.Write(IccProfile.For(image, 3) is { } profile && image.Channels == 3 ? WithProfile(content, image, profile) : content);
    }

    private static byte[] WithProfile(byte[] content, RasterImage image, byte[] profile)
    {
        Span<byte> features = stackalloc byte[10];
        features[0] = (byte)(HasProfile | (image.Alpha is null ? 0 : HasAlpha));
        Write24(features[4..], image.Width - 1);
        Write24(features[7..], image.Height - 1);
        using var result = new MemoryStream(content.Length + profile.Length + 64);
        result.Write("RIFF\0\0\0\0WEBP"u8);
        WriteChunk(result, "VP8X"u8, features);
        WriteChunk(result, "ICCP"u8, profile);
        foreach (var (name, data) in WebpChunks.Read(new MemoryStream(content), ["ALPH", "VP8 ", "VP8L"]))
            WriteChunk(result, System.Text.Encoding.ASCII.GetBytes(name), data);
        var bytes = result.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), bytes.Length - ChunkHeader);
        return bytes;
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, data.Length);
        stream.Write(name);
        stream.Write(length);
        stream.Write(data);
        if (data.Length % 2 == 1)
            stream.WriteByte(0);
    }

    private static void Write24(Span<byte> target, int value)
    {
        for (var i = 0; i < 3; i++)
            target[i] = (byte)(value >> (8 * i));
    }

    private static ImageMetadata Metadata(Stream stream)
    {
        var metadata = new ImageMetadata();
        foreach (var (name, data) in WebpChunks.Read(stream, ["ICCP", "EXIF", "XMP "]))
            metadata = name switch
            {
                "ICCP" => metadata with { IccProfile = data },
                // Some writers leave the mark of JPEG's segment before the block.
                "EXIF" => metadata with { Exif = JpegSegments.TryExif(data, out var exif) ? exif : data },
                _ => metadata with { Xmp = data },
            };
        return metadata;
    }
}

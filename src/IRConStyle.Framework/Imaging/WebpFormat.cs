using System.Buffers.Binary;
using SkiaSharp;

namespace IRConStyle.Framework.Imaging;

/// <summary>WebP through Skia; metadata travels in chunks of the extended container (RFC 9649).</summary>
internal sealed class WebpFormat : IImageFormat
{
    private const int LargestSide = 16383, FileHeader = 12, ChunkHeader = 8;
    private const byte HasProfile = 0x20, HasAlpha = 0x10, HasExif = 0x08, HasXmp = 0x04;

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

    public void Encode(ImageTarget target, RasterImage image)
    {
        target.RequireSides(image, Name, LargestSide);
        var options = new SKWebpEncoderOptions(
            target.Lossless ? SKWebpEncoderCompression.Lossless : SKWebpEncoderCompression.Lossy, target.Lossless ? LosslessEffort : target.Quality);
        var content = SkiaPixels.Encode(target, image, grey: false, withAlpha: true, pixmap => pixmap.Encode(options));
        var metadata = WithResolution(image.Metadata.Fitting(3));
        if (image.Channels == 1 && image.IccProfile is not null)
            target.Note("its ICC profile of grey was left out, since WebP holds colour only");
        if (metadata.Iptc is not null)
            target.Note("its IPTC was left out, for which WebP has no place");
        PngMetadata.NoteLoss(target, metadata);
        target.Output.Write(metadata.IccProfile is null && metadata.Exif is null && metadata.Xmp is null ? content : Extended(content, image, metadata));
    }

    // WebP has no other place for it than EXIF.
    private static ImageMetadata WithResolution(ImageMetadata metadata)
        => metadata.Resolution is null ? metadata : metadata with { Exif = TiffMetadata.WithResolution(metadata) };

    private static byte[] Extended(byte[] content, RasterImage image, ImageMetadata metadata)
    {
        Span<byte> features = stackalloc byte[10];
        features[0] = (byte)((metadata.IccProfile is null ? 0 : HasProfile) | (image.Alpha is null ? 0 : HasAlpha)
            | (metadata.Exif is null ? 0 : HasExif) | (metadata.Xmp is null ? 0 : HasXmp));
        Write24(features[4..], image.Width - 1);
        Write24(features[7..], image.Height - 1);
        using var result = new MemoryStream(content.Length + 1024);
        result.Write("RIFF\0\0\0\0WEBP"u8);
        WriteChunk(result, "VP8X"u8, features);
        if (metadata.IccProfile is { } profile)
            WriteChunk(result, "ICCP"u8, profile);
        foreach (var (name, data) in WebpChunks.Read(new MemoryStream(content), ["ALPH", "VP8 ", "VP8L"]))
            WriteChunk(result, System.Text.Encoding.ASCII.GetBytes(name), data);
        if (metadata.Exif is { } exif)
            WriteChunk(result, "EXIF"u8, exif);
        if (metadata.Xmp is { } xmp)
            WriteChunk(result, "XMP "u8, xmp);
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
        return metadata.Exif is { } block && TiffMetadata.OpenExif(block) is { } file ? metadata with { Resolution = TiffMetadata.Resolution(file.Page) } : metadata;
    }
}

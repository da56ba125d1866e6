using SkiaSharp;

namespace IRConStyle.Framework.Imaging;

/// <summary>JPEG through Skia's libjpeg-turbo.</summary>
internal sealed class JpegFormat : IImageFormat
{
    private const int LargestSide = 65500;
    private static readonly byte[] EndMark = [0xFF, 0xD9], OtherEnd = [0x5A, 0x96, 0x3C, 0x69, 0xA5, 0x12, 0xDE, 0x78];

    public string Name => "JPEG";

    public IReadOnlyList<string> Extensions { get; } = [".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".jfi"];

    public bool CanWrite => true;

    public bool Recognises(ReadOnlySpan<byte> content) => content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    public RasterImage Decode(ImageSource source)
    {
        var frame = JpegFrame.Read(source.Content);
        if (frame.Unsupported is { } kind)
            throw source.Unsupported(kind, "Convert it to a baseline or progressive JPEG of 8 bits, or to PNG.");
        var metadata = JpegSegments.Metadata(new MemoryStream(source.Content, writable: false));
        var image = frame.HasEnd ? Decode(source, source.Content, frame, metadata) : DecodeWithoutEnd(source, frame, metadata);
        if (frame.Components == 4)
            source.Note(IsCmyk(metadata.IccProfile) ? "CMYK was converted to sRGB through its profile" : "colours are approximate: CMYK was converted without a profile");
        return Orientation.Apply(image, metadata.Orientation);
    }

    public (int Width, int Height) ReadSize(ImageSource source, Stream stream)
    {
        var orientation = JpegSegments.Metadata(stream).Orientation;
        stream.Position = 0;
        var (width, height) = SkiaPixels.ReadSize(source, stream);
        return Orientation.SizeOf(width, height, orientation);
    }

    private static RasterImage Decode(ImageSource source, byte[] content, JpegFrame frame, ImageMetadata metadata)
        => SkiaPixels.Decode(source, content, metadata, managed: frame.Components == 4 && IsCmyk(metadata.IccProfile));

    /// <summary>
    /// Tells a complete picture without end mark from a truncated one. The decoder makes up what is missing, so it is let
    /// run into two different ends: only where no pixel is missing do both give the same picture.
    /// </summary>
    private static RasterImage DecodeWithoutEnd(ImageSource source, JpegFrame frame, ImageMetadata metadata)
    {
        if (!frame.HasAllScans)
            throw source.Truncated();
        // Half a mark, or half of a byte that looks like one, would end the data by itself.
        var content = source.Content.AsSpan().TrimEnd((byte)0xFF);
        var image = Decode(source, [.. content, .. EndMark], frame, metadata);
        var other = Decode(source, [.. content, .. Enumerable.Repeat(OtherEnd, 16).SelectMany(bytes => bytes), .. EndMark], frame, metadata);
        if (!image.Samples.AsSpan().SequenceEqual(other.Samples))
            throw source.Truncated();
        source.Note("its end mark is missing; the picture is complete");
        return image;
    }

    private static bool IsCmyk(byte[]? profile) => profile is { Length: >= 20 } && profile.AsSpan(16, 4).SequenceEqual("CMYK"u8);

    public void Encode(ImageTarget target, RasterImage image)
    {
        target.RequireSides(image, Name, LargestSide);
        // Restored detail would be lost again if colour were stored at half the resolution.
        var options = new SKJpegEncoderOptions(target.Quality, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore);
        var content = SkiaPixels.Encode(target, image, grey: true, withAlpha: false, pixmap => pixmap.Encode(options));
        JpegSegments.Write(target, content, image.Metadata.Fitting(image.Channels));
    }
}

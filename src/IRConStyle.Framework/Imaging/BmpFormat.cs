using System.Buffers.Binary;

namespace IRConStyle.Framework.Imaging;

/// <summary>Windows bitmaps through Skia; read only.</summary>
internal sealed class BmpFormat : IImageFormat
{
    public string Name => "BMP";

    public IReadOnlyList<string> Extensions { get; } = [".bmp", ".dib"];

    public bool CanWrite => false;

    // Two letters alone would claim many a text: the reserved fields after the file size are zero in a bitmap.
    public bool Recognises(ReadOnlySpan<byte> content)
        => content.StartsWith("BM"u8) && (content.Length < 10 || content[6..10].IndexOfAnyExcept((byte)0) < 0);

    public RasterImage Decode(ImageSource source) => SkiaPixels.Decode(source, source.Content, new ImageMetadata { Resolution = Resolution(source.Content) });

    public (int Width, int Height) ReadSize(ImageSource source, Stream stream) => SkiaPixels.ReadSize(source, stream);

    // Pixels per metre, where the header is of the kind that everyone writes.
    private static ImageResolution? Resolution(ReadOnlySpan<byte> content)
    {
        const int InfoHeader = 40, At = 38;
        return content.Length >= At + 8 && BinaryPrimitives.ReadInt32LittleEndian(content[14..]) >= InfoHeader
            ? ImageResolution.Of(
                BinaryPrimitives.ReadInt32LittleEndian(content[At..]) / 100.0, BinaryPrimitives.ReadInt32LittleEndian(content[(At + 4)..]) / 100.0, ResolutionUnit.Centimetre)
            : null;
    }

    public void Encode(ImageTarget target, RasterImage image)
        => throw new NotSupportedException("BMP is only read.");
}

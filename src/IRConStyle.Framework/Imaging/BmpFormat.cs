namespace IRConStyle.Framework.Imaging;

/// <summary>Windows bitmaps through Skia; read only.</summary>
internal sealed class BmpFormat : IImageFormat
{
    public string Name => "BMP";

    public IReadOnlyList<string> Extensions { get; } = [".bmp"];

    public bool CanWrite => false;

    // Two letters alone would claim many a text: the reserved fields after the file size are zero in a bitmap.
    public bool Recognises(ReadOnlySpan<byte> content)
        => content.StartsWith("BM"u8) && (content.Length < 10 || content[6..10].IndexOfAnyExcept((byte)0) < 0);

    public RasterImage Decode(ImageSource source) => SkiaPixels.Decode(source, source.Content, ImageMetadata.None);

    public (int Width, int Height) ReadSize(ImageSource source, Stream stream) => SkiaPixels.ReadSize(source, stream);

    public void Encode(Stream output, string path, RasterImage image, int quality, bool lossless)
        => throw new NotSupportedException("BMP is only read.");
}

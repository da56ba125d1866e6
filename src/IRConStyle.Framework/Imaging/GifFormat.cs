namespace IRConStyle.Framework.Imaging;

/// <summary>GIF through Skia: the first picture; read only.</summary>
internal sealed class GifFormat : IImageFormat
{
    public string Name => "GIF";

    public IReadOnlyList<string> Extensions { get; } = [".gif"];

    public bool CanWrite => false;

    public bool Recognises(ReadOnlySpan<byte> content) => content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8);

    public RasterImage Decode(ImageSource source) => SkiaPixels.Decode(source, source.Content, ImageMetadata.None);

    public (int Width, int Height) ReadSize(ImageSource source, Stream stream) => SkiaPixels.ReadSize(source, stream);

    public void Encode(ImageTarget target, RasterImage image)
        => throw new NotSupportedException("GIF is only read.");
}

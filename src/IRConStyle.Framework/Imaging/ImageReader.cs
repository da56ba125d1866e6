using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Imaging;

/// <summary>Reads image files for datasets through the codec.</summary>
/// <param name="codec">Reads the files.</param>
public sealed class ImageReader(IImageCodec codec) : IImageReader
{
    /// <inheritdoc/>
    public IReadOnlySet<string> Extensions => codec.Extensions;

    /// <inheritdoc/>
    public DecodedImage Read(string path) => codec.Read(path).WithoutAlpha();

    /// <inheritdoc/>
    public (int Width, int Height) ReadSize(string path) => codec.ReadSize(path);
}

using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Imaging;

/// <summary>Reads image files for datasets through the codec.</summary>
/// <param name="codec">Reads the files.</param>
public sealed class ImageReader(IImageCodec codec) : IImageReader
{
    /// <inheritdoc/>
    public IReadOnlySet<string> Extensions => codec.Extensions;

    /// <inheritdoc/>
    public torch.Tensor ReadRgb(string path) => codec.Read(path).ToRgbBytes().DetachFromDisposeScope();

    /// <inheritdoc/>
    public (int Width, int Height) ReadSize(string path) => codec.ReadSize(path);
}

using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Datasets;

/// <summary>An image of which views can be cut.</summary>
internal interface IPixels : IDisposable
{
    /// <summary>Rows.</summary>
    int Height { get; }

    /// <summary>Pixels per row.</summary>
    int Width { get; }

    /// <summary>Cuts a view out.</summary>
    /// <returns>3×H×W float32 in [0,1], owned by the caller, in no dispose scope.</returns>
    torch.Tensor Cut(ImageView view);
}

/// <summary>An image in managed memory.</summary>
internal sealed record KeptImage(DecodedImage Image) : IPixels
{
    public int Height => Image.Height;

    public int Width => Image.Width;

    public torch.Tensor Cut(ImageView view) => Image.ToRgbTensor(view);

    public void Dispose()
    {
    }
}

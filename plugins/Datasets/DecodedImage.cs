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
    torch.Tensor Cut(View view);
}

/// <summary>An image in managed memory, which needs no disposing and can be read by any thread.</summary>
/// <param name="Pixels">3×H×W, 0 to 255.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
internal sealed record DecodedImage(byte[] Pixels, int Height, int Width) : IPixels
{
    /// <summary>Bytes from a pixel to the one below.</summary>
    public int RowStep { get; init; } = Width;

    /// <summary>Bytes from a pixel's red to its green, and on to its blue.</summary>
    public int PlaneStep { get; init; } = Height * Width;

    public torch.Tensor Cut(View view) => view.Of(this);

    public void Dispose()
    {
    }
}

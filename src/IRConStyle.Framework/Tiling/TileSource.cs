using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Tiling;

/// <summary>An image that tiles are cut from; it stays where it is, and only tiles go to a device.</summary>
public abstract class TileSource
{
    /// <summary>1 (grey) or 3 (RGB), or whatever a network takes.</summary>
    public abstract long Channels { get; }

    /// <summary>Rows.</summary>
    public abstract long Height { get; }

    /// <summary>Columns.</summary>
    public abstract long Width { get; }

    /// <summary>The samples of an image file; they are converted tile by tile.</summary>
    /// <param name="image">The image.</param>
    public static TileSource Of(RasterImage image) => new RasterTiles(image);

    /// <summary>A tensor's image.</summary>
    /// <param name="image">C×H×W float32; stays the caller's.</param>
    public static TileSource Of(Tensor image) => new TensorTiles(image);

    /// <summary>Cuts a tile out. What of it lies beyond the image is extended by <see cref="ImagePadding.Extend(Tensor, long, long)"/>.</summary>
    /// <param name="tile">A part of the image, or of the image extended to the right and at the bottom.</param>
    /// <returns>1×C×height×width float32 on the image's device, owned by the caller.</returns>
    public Tensor Cut(Tile tile)
    {
        using var scope = NewDisposeScope();
        var inside = tile with { Height = Math.Min(tile.Height, Height - tile.Top), Width = Math.Min(tile.Width, Width - tile.Left) };
        return ImagePadding.Extend(CutInside(inside).unsqueeze(0), tile.Height, tile.Width).MoveToOuterDisposeScope();
    }

    /// <summary>Cuts a part of the image out.</summary>
    /// <param name="tile">Within the image.</param>
    /// <returns>C×height×width float32, in the current dispose scope; may be a view.</returns>
    protected abstract Tensor CutInside(Tile tile);

    private sealed class TensorTiles(Tensor image) : TileSource
    {
        public override long Channels => image.shape[0];

        public override long Height => image.shape[1];

        public override long Width => image.shape[2];

        protected override Tensor CutInside(Tile tile) => image.narrow(1, tile.Top, tile.Height).narrow(2, tile.Left, tile.Width);
    }

    private sealed class RasterTiles(RasterImage image) : TileSource
    {
        private readonly DecodedImage _image = image.WithoutAlpha();

        public override long Channels => image.Channels;

        public override long Height => image.Height;

        public override long Width => image.Width;

        protected override Tensor CutInside(Tile tile)
        {
            // Whoever opened a dispose scope expects it to hold what comes to be within it.
            using var part = _image.ToTensor(new ImageView((int)tile.Top, (int)tile.Left, (int)tile.Height, (int)tile.Width));
            return part.alias();
        }
    }
}

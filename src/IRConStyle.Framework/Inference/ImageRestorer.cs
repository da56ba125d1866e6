using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Inference;

/// <summary>
/// Restores single images of any size with a network: pads, tiles what is too large, and crops back. Safe to use from
/// several threads at once.
/// </summary>
/// <param name="network">The network in evaluation mode; stays the caller's.</param>
/// <param name="device">Where the network lies.</param>
/// <param name="options">When and how to tile.</param>
public sealed class ImageRestorer(RestorationNetwork network, Device device, InferenceOptions options)
{
    /// <summary>Restores one image.</summary>
    /// <param name="image">C×H×W float32, nominally in [0,1]; 1 (grey) or 3 (RGB) channels, any H and W from 1 up.</param>
    /// <returns>C×H×W float32 on the CPU, not clamped, owned by the caller.</returns>
    public Tensor Restore(Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var (channels, height, width) = (image.shape[0], image.shape[1], image.shape[2]);
        var input = image.to(device).unsqueeze(0);
        var output = height * width > options.WholeImageMegapixels * 1e6 ? RestoreInTiles(input) : RestoreWhole(input);
        var restored = RestorationNetwork.ToImages(output, count: 1, channels);
        return ImagePadding.Crop(restored, height, width).squeeze(0).cpu().contiguous().MoveToOuterDisposeScope();
    }

    private Tensor RestoreWhole(Tensor input)
    {
        using var padded = ImagePadding.ToMultiple(input, network.Backbone.Spec.SizeMultiple);
        return network.Restore(padded);
    }

    /// <summary>
    /// Nothing ever has the size of the whole image but input and result: the latents are the mean over all tiles, so that
    /// the tiles agree on them, and the feature maps are each tile's own.
    /// </summary>
    private Tensor RestoreInTiles(Tensor input)
    {
        using var scope = NewDisposeScope();
        var multiple = LeastCommonMultiple(network.Backbone.Spec.SizeMultiple, CoarsestStride());
        var padded = ImagePadding.ToMultiple(input, multiple);
        var (height, width) = (padded.shape[2], padded.shape[3]);
        var (side, overlap) = (RoundUp(options.TileSize, multiple), RoundUp(options.TileOverlap, multiple));
        var encoder = network.Backbone.Spec.RequiresStyle ? network.Encoder : null;
        var latents = encoder is null ? null : MeanLatents(encoder, network.ToEncoder(padded), side, overlap);
        Tensor? result = null;
        foreach (var tile in Tiles(height, width, side))
        {
            using var tileScope = NewDisposeScope();
            var outer = tile.Grow(overlap, height, width);
            var restored = network.Restore(Cut(padded, outer), latents is null ? null : colour => encoder!.Encode(colour) with { Latents = latents });
            result ??= empty([restored.shape[0], restored.shape[1], height, width], restored.dtype, device).MoveToOuterDisposeScope();
            result.narrow(2, tile.Top, tile.Height).narrow(3, tile.Left, tile.Width)
                .copy_(restored.narrow(2, tile.Top - outer.Top, tile.Height).narrow(3, tile.Left - outer.Left, tile.Width));
        }

        return result!.MoveToOuterDisposeScope();
    }

    private static Tensor[] MeanLatents(IStyleEncoder encoder, Tensor image, long side, long overlap)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (image.shape[2], image.shape[3]);
        Tensor[]? sums = null;
        foreach (var tile in Tiles(height, width, side))
        {
            using var tileScope = NewDisposeScope();
            var weight = tile.Height * tile.Width / (double)(height * width);
            var parts = encoder.Encode(Cut(image, tile.Grow(overlap, height, width))).Latents.Select(latent => latent * weight);
            sums = [.. (sums is null ? parts : sums.Zip(parts, (sum, part) => sum + part)).Select(sum => sum.MoveToOuterDisposeScope())];
        }

        return [.. sums!.Select(sum => sum.MoveToOuterDisposeScope())];
    }

    private static IEnumerable<Rectangle> Tiles(long height, long width, long side)
    {
        for (long top = 0; top < height; top += side)
            for (long left = 0; left < width; left += side)
                yield return new Rectangle(top, left, Math.Min(side, height - top), Math.Min(side, width - left));
    }

    private static long RoundUp(int size, int multiple) => ((long)size + multiple - 1) / multiple * multiple;

    private static Tensor Cut(Tensor image, Rectangle area)
        => image.narrow(2, area.Top, area.Height).narrow(3, area.Left, area.Width).contiguous();

    private long CoarsestStride() => network.Encoder?.Spec.Features.Select(feature => (long)feature.Stride).DefaultIfEmpty(1).Max() ?? 1;

    private static int LeastCommonMultiple(int a, long b)
    {
        long x = a, y = b;
        while (y != 0)
            (x, y) = (y, x % y);
        return (int)(a / x * b);
    }

    private readonly record struct Rectangle(long Top, long Left, long Height, long Width)
    {
        public Rectangle Grow(long margin, long height, long width)
        {
            var top = Math.Max(0, Top - margin);
            var left = Math.Max(0, Left - margin);
            return new Rectangle(top, left, Math.Min(height, Top + Height + margin) - top, Math.Min(width, Left + Width + margin) - left);
        }
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Framework.Composition;
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
        var input = ToNetworkChannels(image.unsqueeze(0).to(device));
        var output = height * width > options.WholeImageMegapixels * 1e6 ? RestoreInTiles(input) : RestoreWhole(input);
        var restored = FromNetworkChannels(output, channels);
        return ImagePadding.Crop(restored, height, width).squeeze(0).cpu().contiguous().MoveToOuterDisposeScope();
    }

    private Tensor RestoreWhole(Tensor input)
    {
        using var scope = NewDisposeScope();
        var padded = ImagePadding.ToMultiple(input, network.Backbone.Spec.SizeMultiple);
        return network.Restore(padded).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The style code is that of the whole image, so all tiles agree on it; the feature maps are cut like the image.
    /// Layers that pool over the whole map see a tile only.
    /// </summary>
    private Tensor RestoreInTiles(Tensor input)
    {
        using var scope = NewDisposeScope();
        var multiple = LeastCommonMultiple(network.Backbone.Spec.SizeMultiple, CoarsestStride());
        var padded = ImagePadding.ToMultiple(input, multiple);
        var (side, overlap) = (RoundUp(options.TileSize, multiple), RoundUp(options.TileOverlap, multiple));
        var style = network.Backbone.Spec.RequiresStyle ? network.Encoder?.Encode(padded) : null;
        var result = empty_like(padded);
        foreach (var (top, left, tile) in Tiles(padded.shape[2], padded.shape[3], side))
        {
            using var tileScope = NewDisposeScope();
            var outer = tile.Grow(overlap, padded.shape[2], padded.shape[3]);
            var cut = style is null ? null : Cut(style, outer);
            var restored = network.Backbone.Restore(Cut(padded, outer, 1).contiguous(), cut);
            using var target = result.narrow(2, top, tile.Height).narrow(3, left, tile.Width);
            target.copy_(restored.narrow(2, top - outer.Top, tile.Height).narrow(3, left - outer.Left, tile.Width));
        }

        return result.MoveToOuterDisposeScope();
    }

    private static IEnumerable<(long Top, long Left, Rectangle Tile)> Tiles(long height, long width, long side)
    {
        for (long top = 0; top < height; top += side)
            for (long left = 0; left < width; left += side)
                yield return (top, left, new Rectangle(top, left, Math.Min(side, height - top), Math.Min(side, width - left)));
    }

    private static long RoundUp(int size, int multiple) => ((long)size + multiple - 1) / multiple * multiple;

    private StyleCode Cut(StyleCode style, Rectangle area)
        => style with { Features = [.. style.Features.Zip(network.Encoder!.Spec.Features, (map, spec) => Cut(map, area, spec.Stride))] };

    private static Tensor Cut(Tensor map, Rectangle area, long stride)
        => map.narrow(2, area.Top / stride, area.Height / stride).narrow(3, area.Left / stride, area.Width / stride);

    private long CoarsestStride() => network.Encoder?.Spec.Features.Select(feature => (long)feature.Stride).DefaultIfEmpty(1).Max() ?? 1;

    private Tensor ToNetworkChannels(Tensor input)
    {
        var (has, wants) = (input.shape[1], network.Backbone.Spec.InputChannels);
        if (has == wants)
            return input;
        if (has == 1)
            return input.expand(1, wants, input.shape[2], input.shape[3]);
        if (wants == 1)
            return input.transpose(0, 1);
        throw new IRConStyleException(
            $"Pipeline {network.PipelineName} takes images of {wants} channels, this one has {has}.", "Choose another pipeline.");
    }

    private static Tensor FromNetworkChannels(Tensor output, long channels)
    {
        if (output.shape[0] == channels && output.shape[1] == 1 && channels > 1)
            return output.transpose(0, 1);
        return output.shape[1] == channels ? output : output.mean([1], keepdim: true);
    }

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

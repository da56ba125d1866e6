using IRConStyle.Modules.Kernels;
using static TorchSharp.torch;

namespace IRConStyle.Plugins.Restormer;

/// <summary>
/// What <see cref="TransposedAttention"/> has to know of a whole image, on the memory of feature maps: norm, expansion and
/// depthwise convolution in one pass, with the sums that compare channels. Of q and k there are a few pixels at a time.
/// </summary>
/// <param name="Expand">C to 3C channels behind the norm: q, k and v.</param>
/// <param name="Compare">The depthwise convolution of q and k.</param>
/// <param name="Keep">The depthwise convolution of v.</param>
/// <param name="Heads">Channels are compared with those of the same head.</param>
/// <param name="Epsilon">The norm's.</param>
/// <param name="Centres">Whether the norm subtracts the mean.</param>
internal sealed record FusedAttention(
    PointwiseConvolution Expand, DepthwiseConvolution Compare, DepthwiseConvolution Keep, int Heads, float Epsilon, bool Centres)
{
    /// <summary>Goes through a batch.</summary>
    /// <param name="input">N×C×H×W, not yet normalised.</param>
    /// <returns>
    /// v, N×C×H×W; q·kᵀ, N×heads×c×c; the means of the squares of q and k, N×2C×1×1. All belong to the caller.
    /// </returns>
    public (FeatureMap Values, Tensor Products, Tensor Squares) Collect(FeatureMap input)
    {
        var channels = Keep.Outputs;
        var values = new FeatureMap(FeatureMap.Empty(input.Images, channels, input.Height, input.Width));
        // The channels of v in whole vectors.
        var all = (2 * channels) + Keep.Inputs;
        var bands = new RowBands(input, RowRing.BytesPerColumn(all), ChannelProducts.RowsTogether(input));
        using var products = new ChannelProducts(input, bands.Strips, Heads, channels / Heads);
        using var squares = new PooledSums(input, bands.Strips, 2 * channels);
        bands.Run((band, scratch) =>
        {
            var normalized = scratch.Pixels(PixelSpan.ChunkPixels, input.Channels);
            var compared = scratch.Pixels(PixelSpan.ChunkPixels, 2 * channels);
            RowRing.Sweep(
                input, band, scratch, all,
                (row, left, expanded) =>
                {
                    foreach (var (start, count) in expanded.Chunks())
                    {
                        var x = normalized.Slice(0, count);
                        PixelNormalization.Normalize(input.Row(band.Image, row, left + start, left + start + count), x, Epsilon, Centres);
                        Expand.Apply(x, expanded.Slice(start, count));
                    }
                },
                (row, rows) =>
                {
                    var kept = values.Row(band.Image, row, band.Left, band.Right);
                    foreach (var (start, count) in kept.Chunks())
                    {
                        var (near, both) = (rows.Slice(start, count), compared.Slice(0, count));
                        Compare.Apply(near, both, squares.Row(band, row), ofSquares: true);
                        products.Add(band, row, both.Part(0, channels), both.Part(channels, channels));
                        Keep.Apply(near.Part(2 * channels, Keep.Inputs), kept.Slice(start, count));
                    }
                });
        });
        return (values, products.Totals(), squares.Means());
    }
}

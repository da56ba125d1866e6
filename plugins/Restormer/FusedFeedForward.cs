using IRConStyle.Modules.Kernels;
using static TorchSharp.torch;

namespace IRConStyle.Plugins.Restormer;

/// <summary>
/// The end of <see cref="RestormerBlock"/> on the memory of feature maps, in one pass: the attention, which is a matrix by
/// now, is added to the input; then the norm and <see cref="GatedFeedForward"/>. Hidden channels exist for three rows at a time.
/// </summary>
/// <param name="Widen">C to 2D channels behind the norm.</param>
/// <param name="Gate">The depthwise convolution and the gate, to D channels.</param>
/// <param name="Narrow">D to C channels.</param>
/// <param name="Epsilon">The norm's.</param>
/// <param name="Centres">Whether the norm subtracts the mean.</param>
internal sealed record FusedFeedForward(
    PointwiseConvolution Widen, DepthwiseConvolution Gate, PointwiseConvolution Narrow, float Epsilon, bool Centres)
{
    /// <summary>Goes through a batch.</summary>
    /// <param name="input">The block's input, N×C×H×W.</param>
    /// <param name="values">v of the attention, N×C×H×W.</param>
    /// <param name="mixes">For each image what makes the attention's result of v.</param>
    /// <returns>The block's output, N×C×H×W, owned by the caller.</returns>
    public Tensor Run(FeatureMap input, FeatureMap values, PointwiseConvolution[] mixes)
    {
        var output = new FeatureMap(FeatureMap.Empty(input.Images, input.Channels, input.Height, input.Width));
        // Behind the hidden channels of a pixel lies what the result is added to.
        var (hidden, channels) = (Gate.Inputs, input.Channels);
        new RowBands(input, RowRing.BytesPerColumn(hidden + channels)).Run((band, scratch) =>
        {
            var normalized = scratch.Pixels(PixelSpan.ChunkPixels, channels);
            var gated = scratch.Pixels(PixelSpan.ChunkPixels, Gate.Outputs);
            RowRing.Sweep(
                input, band, scratch, hidden + channels,
                (row, left, pixels) =>
                {
                    foreach (var (start, count) in pixels.Chunks())
                    {
                        var (first, behind) = (left + start, left + start + count);
                        var (here, x) = (pixels.Slice(start, count), normalized.Slice(0, count));
                        var middle = here.Part(hidden, channels);
                        mixes[band.Image].Apply(
                            values.Row(band.Image, row, first, behind), middle, addend: input.Row(band.Image, row, first, behind));
                        PixelNormalization.Normalize(middle, x, Epsilon, Centres);
                        Widen.Apply(x, here);
                    }
                },
                (row, rows) =>
                {
                    var target = output.Row(band.Image, row, band.Left, band.Right);
                    foreach (var (start, count) in target.Chunks())
                    {
                        var (near, x) = (rows.Slice(start, count), gated.Slice(0, count));
                        Gate.Apply(near, x);
                        Narrow.Apply(x, target.Slice(start, count), addend: near.Row.Slice(1, count).Part(hidden, channels));
                    }
                });
        });
        return output.Tensor;
    }
}

using IRConStyle.Modules;
using IRConStyle.Modules.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IRConStyle.Plugins.NAFNet;

/// <summary>
/// The first half of <see cref="NafBlock"/> on the memory of feature maps: norm, expansion, depthwise convolution and gate, and
/// the means that the channel attention looks at, in one pass over the image. The doubled channels exist for three rows at a time.
/// </summary>
/// <param name="norm">Before the expansion.</param>
/// <param name="expand">C to 2C channels, pixel by pixel.</param>
/// <param name="depthwise">3×3, its halves are multiplied.</param>
internal sealed class PooledGate(LayerNorm2d norm, Conv2d expand, Conv2d depthwise)
{
    private readonly WeightCache<Packed> _packed = new();

    /// <summary>Computes, where kernels can.</summary>
    /// <param name="input">N×C×H×W.</param>
    /// <returns>N×C×H×W and its means N×C×1×1, both owned by the caller; null where the layers have to do it.</returns>
    public (Tensor Gated, Tensor Means)? TryRun(Tensor input) =>
        FusedKernels.Suit(input) && Pack() is { } packed ? Run(packed, new FeatureMap(input)) : null;

    private static (Tensor Gated, Tensor Means) Run(Packed packed, FeatureMap input)
    {
        var output = new FeatureMap(FeatureMap.Empty(input.Images, packed.Depthwise.Outputs, input.Height, input.Width));
        var channels = packed.Depthwise.Inputs;
        var bands = new RowBands(input, RowRing.BytesPerColumn(channels));
        using var sums = new PooledSums(output, bands.Strips);
        bands.Run((band, scratch) =>
        {
            var normalized = scratch.Pixels(PixelSpan.ChunkPixels, input.Channels);
            RowRing.Sweep(
                input, band, scratch, channels,
                (row, left, doubled) =>
                {
                    foreach (var (start, count) in doubled.Chunks())
                    {
                        var x = normalized.Slice(0, count);
                        PixelNormalization.Normalize(input.Row(band.Image, row, left + start, left + start + count), x, packed.Epsilon);
                        packed.Expand.Apply(x, doubled.Slice(start, count));
                    }
                },
                (row, rows) => packed.Depthwise.Apply(rows, output.Row(band.Image, row, band.Left, band.Right), sums.Row(band, row)));
        });
        return (output.Tensor, sums.Means());
    }

    private Packed? Pack() => _packed.Find(
        () => new Packed(
            new PointwiseConvolution(expand, OutputForm.Paired, norm.Weight, norm.Bias), new DepthwiseConvolution(depthwise, OutputForm.Gated),
            (float)norm.Epsilon),
        norm.Weight, norm.Bias, expand.weight, expand.bias, depthwise.weight, depthwise.bias);

    private sealed record Packed(PointwiseConvolution Expand, DepthwiseConvolution Depthwise, float Epsilon);
}

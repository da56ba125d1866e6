using IRConStyle.Modules.Kernels;

namespace IRConStyle.Modules;

/// <summary><see cref="GatedTail"/> on the memory of feature maps: a few pixels go through all of it at once.</summary>
/// <param name="Project">C to C channels, scaled by beta.</param>
/// <param name="Widen">C to 2D channels behind a norm, gated to D.</param>
/// <param name="Narrow">D to C channels, scaled by gamma.</param>
/// <param name="Epsilon">The norm's.</param>
internal sealed record FusedTail(PointwiseConvolution Project, PointwiseConvolution Widen, PointwiseConvolution Narrow, float Epsilon)
{
    /// <summary>The end of a block.</summary>
    /// <param name="features">N×C×H×W, not yet weighted; becomes the block's output.</param>
    /// <param name="input">The block's input, N×C×H×W.</param>
    /// <param name="weights">Weights of the channels, N×C×1×1.</param>
    public void FinishInPlace(FeatureMap features, FeatureMap input, FeatureMap weights)
    {
        new RowBands(features, bytesPerColumn: 0).Run((band, scratch) =>
        {
            var factors = weights.Row(band.Image, 0, 0, 1);
            var pixels = scratch.Pixels(PixelSpan.ChunkPixels, features.Channels);
            var middle = scratch.Pixels(PixelSpan.ChunkPixels, features.Channels);
            var gated = scratch.Pixels(PixelSpan.ChunkPixels, Widen.Outputs);
            for (var row = band.Top; row < band.Bottom; row++)
            {
                var target = features.Row(band.Image, row, band.Left, band.Right);
                var source = input.Row(band.Image, row, band.Left, band.Right);
                foreach (var (start, count) in target.Chunks())
                {
                    var here = target.Slice(start, count);
                    var (x, y) = (pixels.Slice(0, count), middle.Slice(0, count));
                    PixelScaling.Multiply(here, factors, x);
                    Project.Apply(x, y, addend: source.Slice(start, count));
                    PixelNormalization.Normalize(y, x, Epsilon);
                    Widen.Apply(x, gated);
                    Narrow.Apply(gated.Slice(0, count), here, addend: y);
                }
            }
        });
    }
}

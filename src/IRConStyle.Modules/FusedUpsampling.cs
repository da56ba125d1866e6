using IRConStyle.Abstractions;
using IRConStyle.Modules.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>
/// <see cref="Upsampling"/> on the memory of feature maps. Its mixing convolution is split: the part for the skip connection adds to
/// the part for what came up, so that the two are never joined into one map. The latter part goes into the 3×3 convolution
/// where that makes it smaller, since moving channels to pixels commutes with it; and channels are moved to pixels by reading
/// them from there.
/// </summary>
internal sealed class FusedUpsampling : IDisposable
{
    /// <summary>Of the 3×3 convolution's output, so that a processor's shared cache holds it until it is joined.</summary>
    private const long BandBytes = 8 << 20;

    /// <summary>Two more rows than that are computed for each band.</summary>
    private const long LeastBandRows = 32;

    private readonly Tensor _up;
    private readonly PointwiseConvolution? _mixUp;
    private readonly PointwiseConvolution _mixSkip;
    private readonly int _channels;

    /// <summary>Splits and folds weights.</summary>
    /// <param name="up">Of the 3×3 convolution, 4C×C×3×3; output 4c+q is channel c of pixel q among 2×2.</param>
    /// <param name="mix">Of the mixing convolution, D×(C+S)×1×1.</param>
    public FusedUpsampling(Tensor up, Tensor mix)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (output, input) = (mix.shape[0], up.shape[1]);
        var mixUp = mix.narrow(1, 0, input).contiguous();
        _mixSkip = new PointwiseConvolution(mix.narrow(1, input, mix.shape[1] - input).contiguous(), bias: null);
        var byPixel = up.view(input, 4, -1).transpose(0, 1);                            // 4×C×9C
        if (output > input)
            _mixUp = new PointwiseConvolution(mixUp, bias: null);
        else
            byPixel = mixUp.view(output, input).to(float64).matmul(byPixel.to(float64)).to(float32);  // 4×D×9C
        _channels = (int)byPixel.shape[1];
        _up = byPixel.reshape(4 * _channels, input, 3, 3).DetachFromDisposeScope();
    }

    /// <summary>Upsamples and joins, in bands of rows: the 3×3 convolution's output is the widest map and never exists as a whole.</summary>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="skip">N×S×2H×2W, for which <see cref="FeatureMap.Fits"/> holds.</param>
    /// <returns>N×D×2H×2W, channels-last, owned by the caller.</returns>
    public Tensor Run(Tensor input, Tensor skip)
    {
        var from = new FeatureMap(skip);
        var output = FeatureMap.Empty(from.Images, _mixSkip.Outputs, from.Height, from.Width);
        var (height, step) = (input.shape[2], BandHeight(input));
        for (var top = 0L; top < height; top += step)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(step, height - top);
            var (first, last) = (Math.Max(0, top - 1), Math.Min(height, top + rows + 1));
            var low = CpuConvolutions.Apply(
                input.narrow(2, first, last - first), _up, map => functional.conv2d(map, _up, padding: [1, 1])).narrow(2, top - first, rows);
            Join(
                new FeatureMap(low.ToChannelsLast()), new FeatureMap(skip.narrow(2, 2 * top, 2 * rows)),
                new FeatureMap(output.narrow(2, 2 * top, 2 * rows)));
        }

        return output;
    }

    /// <inheritdoc/>
    public void Dispose() => _up.Dispose();

    /// <summary>Rows of the input at a time; all of them where rows of the batch do not lie together.</summary>
    private long BandHeight(Tensor input)
    {
        var rowBytes = 4 * _channels * input.shape[3] * sizeof(float);
        return input.shape[0] == 1 ? Math.Max(LeastBandRows, BandBytes / rowBytes) : input.shape[2];
    }

    private void Join(FeatureMap low, FeatureMap skip, FeatureMap output) =>
        new RowBands(output, bytesPerColumn: 0).Run((band, _) =>
        {
            for (var row = band.Top; row < band.Bottom; row++)
                for (var column = 0; column < 2; column++)
                {
                    var pixel = (row % 2 * 2) + column;
                    Mix(
                        low.Row(band.Image, row / 2, 0, low.Width).Part(pixel * _channels, _channels),
                        skip.Row(band.Image, row, 0, skip.Width).Every(column, 2),
                        output.Row(band.Image, row, 0, output.Width).Every(column, 2));
                }
        });

    private void Mix(PixelSpan up, PixelSpan skip, PixelSpan target)
    {
        foreach (var (start, count) in target.Chunks())
        {
            var to = target.Slice(start, count);
            var addend = up.Slice(start, count);
            if (_mixUp is not null)
            {
                _mixUp.Apply(addend, to);
                addend = to;
            }

            _mixSkip.Apply(skip.Slice(start, count), to, addend);
        }
    }
}

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// The weights of a depthwise 3×3 convolution, laid out for a row of pixels and the rows above and below it. Holds a copy of the
/// weights: make a new one when they change (<see cref="WeightCache{T}"/>).
/// </summary>
public sealed unsafe class DepthwiseConvolution
{
    private const int Places = 9;

    private readonly PixelLayout _layout;
    private readonly PackedFloats _weights;
    private readonly PackedFloats _bias;

    /// <summary>Packs the weights of a layer.</summary>
    /// <param name="layer">The convolution: kernel 3×3, as many groups as channels, padding 1, float32 on the CPU.</param>
    /// <param name="form">
    /// Plain, or gated: then its inputs are <see cref="OutputForm.Paired"/>, and of each pixel half as many channels are written.
    /// </param>
    /// <exception cref="ArgumentException">The layer is of another kind, or has no two halves to gate.</exception>
    public DepthwiseConvolution(Conv2d layer, OutputForm form = OutputForm.Plain)
        : this(Weight(layer), layer.bias, form)
    {
    }

    /// <summary>Packs weights.</summary>
    /// <param name="weight">Channels×1×3×3; float32 on the CPU, as the bias.</param>
    /// <param name="bias">One for each channel; null for none.</param>
    /// <param name="form">As for a layer.</param>
    /// <exception cref="ArgumentException">The weights are of another shape or type, or have no two halves to gate.</exception>
    public DepthwiseConvolution(Tensor weight, Tensor? bias, OutputForm form = OutputForm.Plain)
    {
        ArgumentNullException.ThrowIfNull(weight);
        var shape = weight.shape;
        if (shape is not [_, 1, 3, 3])
            throw new ArgumentException("The weights are not channels×1×3×3.", nameof(weight));
        if (weight.dtype != ScalarType.Float32)
            throw new ArgumentException($"The weights are {weight.dtype}, not float32.", nameof(weight));
        if (form == OutputForm.Paired || (form != OutputForm.Plain && shape[0] % 2 != 0))
            throw new ArgumentException("Its outputs are plain, or gated where the channels have two halves.", nameof(form));
        _layout = new PixelLayout((int)shape[0], form, FusedKernels.Lanes);
        _weights = new PackedFloats(Places * _layout.Vectors * _layout.Lanes);
        _bias = new PackedFloats(_layout.Vectors * _layout.Lanes);
        Pack(MemoryMarshal.Cast<byte, float>(weight.bytes), bias is null ? [] : MemoryMarshal.Cast<byte, float>(bias.bytes));
    }

    /// <summary>Numbers read of each pixel, padding included.</summary>
    public int Inputs => _layout.Vectors * _layout.Lanes;

    /// <summary>Channels written for each pixel.</summary>
    public int Outputs => _layout.Written;

    /// <summary>Computes a row.</summary>
    /// <param name="rows">The row, those above and below, and a pixel on either side.</param>
    /// <param name="target">The outputs.</param>
    /// <param name="sums">One pixel, to which all outputs are added. By default they are not.</param>
    /// <param name="ofSquares">Whether it is their squares that are added.</param>
    /// <exception cref="ArgumentException">The pixels do not have the channels.</exception>
    public void Apply(RowNeighbourhood rows, PixelSpan target, PixelSpan sums = default, bool ofSquares = false)
    {
        rows.Above.CheckRoom(target.Count + 2, Inputs, nameof(rows));
        rows.Row.CheckRoom(target.Count + 2, Inputs, nameof(rows));
        rows.Below.CheckRoom(target.Count + 2, Inputs, nameof(rows));
        if (rows.Above.Step != rows.Row.Step || rows.Below.Step != rows.Row.Step)
            throw new ArgumentException("The rows' pixels lie at different distances.", nameof(rows));
        target.CheckRoom(target.Count, Outputs, nameof(target));
        if (sums.Count > 0)
            sums.CheckRoom(1, Outputs, nameof(sums));
        var sum = sums.Count > 0 ? sums.At(0) : null;
        if (_layout.Lanes == Simd512.Lanes)
            DepthwiseKernel<Simd512, Vector512<float>>.Run(
                _weights.Pointer, _bias.Pointer, Outputs, _layout.Form, rows, target, sum, ofSquares);
        else
            DepthwiseKernel<Simd256, Vector256<float>>.Run(
                _weights.Pointer, _bias.Pointer, Outputs, _layout.Form, rows, target, sum, ofSquares);
        GC.KeepAlive(this);
    }

    private static Tensor Weight(Conv2d layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return layer.groups == layer.weight!.shape[0] && layer.weight.shape is [_, 1, 3, 3] && layer.stride is [1, 1]
            && layer.padding is [1, 1] && layer.dilation is [1, 1]
            ? layer.weight
            : throw new ArgumentException("The convolution is not depthwise 3×3 with stride 1 and padding 1.", nameof(layer));
    }

    /// <summary>For each vector nine: column by column, from above to below.</summary>
    private void Pack(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        var lanes = _layout.Lanes;
        for (var vector = 0; vector < _layout.Vectors; vector++)
            for (var lane = 0; lane < lanes; lane++)
            {
                if (_layout.ChannelAt(vector, lane) is not (>= 0 and var channel))
                    continue;
                for (var place = 0; place < Places; place++)
                    _weights.Values[(((vector * Places) + place) * lanes) + lane] = weight[(channel * Places) + (place % 3 * 3) + (place / 3)];
                _bias.Values[(vector * lanes) + lane] = bias.IsEmpty ? 0 : bias[channel];
            }
    }
}

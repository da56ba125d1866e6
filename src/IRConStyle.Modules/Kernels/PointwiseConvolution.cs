using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// The weights of a 1×1 convolution, laid out for the product with pixels. A norm before it and a scale behind it are folded
/// in. Holds a copy of the weights: make a new one when they change (<see cref="WeightCache{T}"/>).
/// </summary>
public sealed unsafe class PointwiseConvolution
{
    private readonly PixelLayout _layout;
    private readonly PackedFloats _weights;
    private readonly PackedFloats _bias;

    /// <summary>Packs the weights of a layer.</summary>
    /// <param name="layer">The convolution: kernel 1×1, one group, stride 1, float32 on the CPU.</param>
    /// <param name="form">What becomes of its outputs.</param>
    /// <param name="normWeight">The weight of a norm before it, one for each input; null for none.</param>
    /// <param name="normBias">The bias of a norm before it, one for each input; null for none.</param>
    /// <param name="scale">A factor for each output; null for none.</param>
    /// <exception cref="ArgumentException">The layer is of another kind, or has no two halves to gate.</exception>
    public PointwiseConvolution(
        Conv2d layer, OutputForm form = OutputForm.Plain, Tensor? normWeight = null, Tensor? normBias = null, Tensor? scale = null)
        : this(Weight(layer), layer.bias, form, normWeight, normBias, scale)
    {
    }

    /// <summary>Packs weights.</summary>
    /// <param name="weight">Outputs×inputs, or outputs×inputs×1×1; float32 on the CPU, like all others.</param>
    /// <param name="bias">One for each output; null for none.</param>
    /// <param name="form">What becomes of the outputs.</param>
    /// <param name="normWeight">The weight of a norm before it, one for each input; null for none.</param>
    /// <param name="normBias">The bias of a norm before it, one for each input; null for none.</param>
    /// <param name="scale">A factor for each output; null for none.</param>
    /// <exception cref="ArgumentException">There are no two halves to gate, or a weight is of another type.</exception>
    public PointwiseConvolution(
        Tensor weight, Tensor? bias, OutputForm form = OutputForm.Plain,
        Tensor? normWeight = null, Tensor? normBias = null, Tensor? scale = null)
    {
        ArgumentNullException.ThrowIfNull(weight);
        (Inputs, _layout) = ((int)weight.shape[1], new PixelLayout((int)weight.shape[0], form, FusedKernels.Lanes));
        if (form == OutputForm.GeluGated)
            throw new ArgumentException("Only a depthwise convolution has this form.", nameof(form));
        if (form != OutputForm.Plain && _layout.Channels % 2 != 0)
            throw new ArgumentException($"{_layout.Channels} channels have no two halves.", nameof(weight));
        _weights = new PackedFloats(Inputs * _layout.Vectors * _layout.Lanes);
        _bias = new PackedFloats(_layout.Vectors * _layout.Lanes);
        Pack(Floats(weight), Floats(bias), Floats(normWeight), Floats(normBias), Floats(scale));
    }

    /// <summary>Channels read of each pixel.</summary>
    public int Inputs { get; }

    /// <summary>Numbers written for each pixel.</summary>
    public int Outputs => _layout.Written;

    /// <summary>Computes pixels.</summary>
    /// <param name="source">The inputs.</param>
    /// <param name="target">The outputs; not the source.</param>
    /// <param name="addend">Added to the outputs; may be the target. By default nothing.</param>
    /// <exception cref="ArgumentException">The pixels do not have the channels.</exception>
    public void Apply(PixelSpan source, PixelSpan target, PixelSpan addend = default)
    {
        source.CheckRoom(source.Count, Inputs, nameof(source));
        target.CheckRoom(source.Count, Outputs, nameof(target));
        if (addend.Count > 0)
            addend.CheckRoom(source.Count, Outputs, nameof(addend));
        var gated = _layout.Form == OutputForm.Gated;
        if (_layout.Lanes == Simd512.Lanes)
            PointwiseKernel<Simd512, Vector512<float>>.Run(_weights.Pointer, _bias.Pointer, Inputs, Outputs, gated, source, target, addend);
        else
            PointwiseKernel<Simd256, Vector256<float>>.Run(_weights.Pointer, _bias.Pointer, Inputs, Outputs, gated, source, target, addend);
        GC.KeepAlive(this);
    }

    private static Tensor Weight(Conv2d layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return layer.groups == 1 && layer.stride is [1, 1] && layer.weight!.shape is [_, _, 1, 1]
            ? layer.weight
            : throw new ArgumentException("The convolution is not 1×1 with one group and stride 1.", nameof(layer));
    }

    private static ReadOnlySpan<float> Floats(Tensor? tensor)
    {
        if (tensor is null)
            return [];
        return tensor.dtype == ScalarType.Float32
            ? MemoryMarshal.Cast<byte, float>(tensor.bytes)
            : throw new ArgumentException($"A weight is {tensor.dtype}, not float32.", nameof(tensor));
    }

    /// <summary>Panels of two vectors, as <see cref="PointwiseKernel{TSimd, TVector}"/> goes through them.</summary>
    private void Pack(
        ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, ReadOnlySpan<float> normWeight, ReadOnlySpan<float> normBias,
        ReadOnlySpan<float> scale)
    {
        var (lanes, vectors) = (_layout.Lanes, _layout.Vectors);
        for (var vector = 0; vector < vectors; vector++)
        {
            var panel = vector / 2;
            var panelWidth = Math.Min(2, vectors - (2 * panel)) * lanes;
            for (var lane = 0; lane < lanes; lane++)
            {
                if (_layout.ChannelAt(vector, lane) is not (>= 0 and var output))
                    continue;
                var to = _weights.Values[((panel * 2 * lanes * Inputs) + (vector % 2 * lanes) + lane)..];
                var from = weight.Slice(output * Inputs, Inputs);
                var factor = scale.IsEmpty ? 1 : scale[output];
                double offset = bias.IsEmpty ? 0 : bias[output];
                for (var input = 0; input < Inputs; input++)
                {
                    to[input * panelWidth] = from[input] * (normWeight.IsEmpty ? 1 : normWeight[input]) * factor;
                    offset += normBias.IsEmpty ? 0 : (double)from[input] * normBias[input];
                }

                _bias.Values[(vector * lanes) + lane] = (float)(offset * factor);
            }
        }
    }
}

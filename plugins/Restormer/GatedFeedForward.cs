using IRConStyle.Abstractions;
using IRConStyle.Modules;
using IRConStyle.Modules.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Restormer;

/// <summary>
/// Gated-Dconv feed-forward network (GDFN): wider, depthwise convolution, one half gates the other by GELU, back to the old width.
/// Source: Restormer, https://arxiv.org/abs/2111.09881.
/// </summary>
internal sealed class GatedFeedForward : Module<Tensor, Tensor>
{
    /// <summary>Floats in a cache line.</summary>
    private const int Alignment = 16;

    private readonly int _hidden;

    [ComponentName(Name = "project_in")]
    private readonly Conv2d _widen;

    [ComponentName(Name = "dwconv")]
    private readonly Conv2d _depthwise;

    [ComponentName(Name = "project_out")]
    private readonly Conv2d _narrow;

    private readonly WeightCache<FusedFeedForward> _fused = new();

    public GatedFeedForward(int channels, double expansion, bool bias)
        : base(nameof(GatedFeedForward))
    {
        _hidden = (int)(channels * expansion);
        if (_hidden < 1)
            throw new IRConStyleException($"{channels} channels times {expansion} leave no hidden channel.", "Raise ExpansionFactor or Dim.");
        _widen = Layers.Convolution(channels, _hidden * 2, 1, bias);
        _depthwise = Layers.Convolution(_hidden * 2, _hidden * 2, 3, bias, groups: _hidden * 2);
        _narrow = Layers.Convolution(_hidden, channels, 1, bias);
        RegisterComponents();
    }

    /// <param name="input">N×C×H×W, normalised, channels-last.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var x = _depthwise.Consume(_widen.call(input));
        using var first = x.narrow(1, 0, _hidden);
        using var second = x.narrow(1, _hidden, _hidden);
        using var gate = functional.gelu(first);
        return _narrow.Consume(gate * second);
    }

    /// <summary>The layers and the norm before them, with their weights packed; null where these are not where kernels can read them.</summary>
    public FusedFeedForward? Pack(NormWeights norm) => _fused.Find(
        () => new FusedFeedForward(
            new PointwiseConvolution(_widen, OutputForm.Paired, norm.Weight, norm.Bias),
            new DepthwiseConvolution(_depthwise, OutputForm.GeluGated), new PointwiseConvolution(_narrow), norm.Epsilon, norm.Centres),
        norm.Weight, norm.Bias, _widen.weight, _widen.bias, _depthwise.weight, _depthwise.bias, _narrow.weight, _narrow.bias);

    /// <summary>
    /// The same behind a normalisation and added to the input, in bands of rows. Hidden channels are filled up with empty
    /// ones to whole cache lines, without which the first convolution takes up to twice as long.
    /// </summary>
    /// <param name="input">N×C×H×W, channels-last.</param>
    /// <param name="norm">The normalisation.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public Tensor AddInBands(Tensor input, Module<Tensor, Tensor> norm)
    {
        using var scope = NewDisposeScope();
        var extra = (Alignment - (_hidden % Alignment)) % Alignment;
        var hidden = _hidden + extra;
        var (widen, depthwise) = (FillHalves(_widen, extra), FillHalves(_depthwise, extra));
        var narrow = new Kernel(_narrow.weight, _narrow.bias);
        var transposed = functional.pad(_narrow.weight.view(-1, _hidden), [0, extra]).t();
        var output = input.BeginSum();
        for (var i = 0L; i < input.shape[0]; i++)
        {
            using var passes = NewDisposeScope();
            var (image, sum) = (input.narrow(0, i, 1), output.narrow(0, i, 1));
            Bands.Expand(image, norm, widen, depthwise, (top, rows, x) =>
            {
                var gate = functional.gelu(x.narrow(1, 0, hidden), inplace: true) * x.narrow(1, hidden, hidden);
                narrow.Write(gate.Pixels(), transposed, sum.narrow(2, top, rows).Pixels(), keep: true);
            });
        }

        return output.MoveToOuterDisposeScope();
    }

    /// <summary>Appends empty output channels to both halves of a convolution's.</summary>
    private Kernel FillHalves(Conv2d layer, int extra)
    {
        return new(Fill(layer.weight), layer.bias is { } bias ? Fill(bias) : null);

        Tensor Fill(Tensor values)
        {
            var halves = functional.pad(values.reshape(2, _hidden, -1), [0, 0, 0, extra]);
            return halves.reshape([2 * (_hidden + extra), .. values.shape[1..]]);
        }
    }
}

using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.NAFNet;

/// <summary>
/// The block without nonlinear activations: gated depthwise convolution with channel attention, then a gated
/// pixel-wise network, each scaled and added to its input. Source: NAFNet, https://arxiv.org/abs/2204.04676.
/// </summary>
internal sealed class NafBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "beta")]
    private Parameter _beta;

    [ComponentName(Name = "gamma")]
    private Parameter _gamma;

    [ComponentName(Name = "conv1")]
    private readonly Conv2d _expand;

    [ComponentName(Name = "conv2")]
    private readonly Conv2d _depthwise;

    [ComponentName(Name = "conv3")]
    private readonly Conv2d _project;

    [ComponentName(Name = "sca")]
    private readonly Sequential _attention;

    [ComponentName(Name = "conv4")]
    private readonly Conv2d _widen;

    [ComponentName(Name = "conv5")]
    private readonly Conv2d _narrow;

    [ComponentName(Name = "norm1")]
    private readonly LayerNorm2d _norm1;

    [ComponentName(Name = "norm2")]
    private readonly LayerNorm2d _norm2;

    public NafBlock(int channels)
        : base(nameof(NafBlock))
    {
        _expand = Layers.Convolution(channels, channels * 2, 1);
        _depthwise = Layers.Convolution(channels * 2, channels * 2, 3, groups: channels * 2);
        _project = Layers.Convolution(channels, channels, 1);
        _attention = Sequential(AdaptiveAvgPool2d(1), Layers.Convolution(channels, channels, 1));
        _widen = Layers.Convolution(channels, channels * 2, 1);
        _narrow = Layers.Convolution(channels, channels, 1);
        _norm1 = new LayerNorm2d(channels);
        _norm2 = new LayerNorm2d(channels);
        _beta = Parameter(zeros(1, channels, 1, 1));
        _gamma = Parameter(zeros(1, channels, 1, 1));
        RegisterComponents();
    }

    /// <param name="input">N×C×H×W, channels-last.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        using Scalar one = 1;
        var x = _expand.Consume(_norm1.call(input));            // N×2C×H×W
        x = Gate(_depthwise.Consume(x));                        // N×C×H×W
        x = Attend(x);
        x = _project.Consume(x);
        var middle = input.addcmul(x, _beta, one);
        x.Dispose();

        x = Gate(_widen.Consume(_norm2.call(middle)));          // N×C×H×W
        x = _narrow.Consume(x);
        var output = is_grad_enabled() ? middle.addcmul(x, _gamma, one) : middle.addcmul_(x, _gamma, one);
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>Multiplies the two halves of the channels; disposes its input.</summary>
    private static Tensor Gate(Tensor input)
    {
        using (input)
        {
            var half = input.shape[1] / 2;
            using var first = input.narrow(1, 0, half);
            using var second = input.narrow(1, half, half);
            return first * second;
        }
    }

    /// <summary>Scales each channel by a projection of all channels' means; disposes its input.</summary>
    private Tensor Attend(Tensor input)
    {
        using var weights = _attention.call(input);             // N×C×1×1
        if (!is_grad_enabled())
            return input.mul_(weights);
        using (input)
            return input * weights;
    }
}

using IRConStyle.Abstractions;
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

    private readonly PooledGate _gate;
    private readonly GatedTail _tail;

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
        _gate = new PooledGate(_norm1, _expand, _depthwise);
        _tail = new GatedTail(_project, _norm2, _widen, _narrow);
        _beta = Parameter(zeros(1, channels, 1, 1));
        _gamma = Parameter(zeros(1, channels, 1, 1));
        RegisterComponents();
    }

    /// <param name="input">N×C×H×W, channels-last.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x, weights;                                      // N×C×H×W, N×C×1×1
        if (_gate.TryRun(input) is var (gated, means))
            (x, weights) = (gated, Weigh(means));
        else
        {
            var doubled = _depthwise.Consume(_expand.Consume(_norm1.call(input))); // N×2C×H×W
            using (doubled)
                x = SimpleGate.Multiply(doubled);
            weights = Weigh(functional.adaptive_avg_pool2d(x, 1));
        }

        if (is_grad_enabled())
            x = _tail.Finish(x, input, weights, _beta, _gamma);
        else
            _tail.FinishInPlace(x, input, weights, _beta, _gamma);
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Weights of the channels by their means; in tiles those of the whole image.</summary>
    private Tensor Weigh(Tensor means) => ((Conv2d)_attention[1]).Consume(ImageStatistics.Share(this, means));
}

using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>
/// Lets two feature maps, the skip connection and the global features from below, weigh one another.
/// Source: MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
internal sealed class CrossGatingBlock : Module
{
    private readonly TransposedUpsampling? _upsampling;

    [ComponentName(Name = "ConvTranspose_0")]
    private readonly ConvTranspose2d? _upsamplingLayer;

    [ComponentName(Name = "Conv_0")]
    private readonly Conv2d _joinX;

    [ComponentName(Name = "Conv_1")]
    private readonly Conv2d _joinY;

    [ComponentName(Name = "LayerNorm_x")]
    private readonly ChannelLayerNorm _normX;

    [ComponentName(Name = "in_project_x")]
    private readonly Linear _expandX;

    [ComponentName(Name = "SplitHeadMultiAxisGating_x")]
    private readonly MultiAxisLayer _gateX;

    [ComponentName(Name = "LayerNorm_y")]
    private readonly ChannelLayerNorm _normY;

    [ComponentName(Name = "in_project_y")]
    private readonly Linear _expandY;

    [ComponentName(Name = "SplitHeadMultiAxisGating_y")]
    private readonly MultiAxisLayer _gateY;

    [ComponentName(Name = "out_project_y")]
    private readonly Linear _projectY;

    [ComponentName(Name = "out_project_x")]
    private readonly Linear _projectX;

    /// <param name="joined">Channels of the joined skip signals.</param>
    /// <param name="below">Channels of the global features; null for a block that is never run.</param>
    /// <param name="channels">C.</param>
    /// <param name="settings">Settings of the level.</param>
    public CrossGatingBlock(int joined, int? below, int channels, BlockSettings settings)
        : base(nameof(CrossGatingBlock))
    {
        var bias = settings.Bias;
        if (below is { } input)
        {
            _upsamplingLayer = TransposedUpsampling.Convolution(input, channels, bias);
            _upsampling = new TransposedUpsampling(_upsamplingLayer);
        }

        _joinX = Layers.Convolution(joined, channels, 1, bias);
        _joinY = Layers.Convolution(channels, channels, 1, bias);
        _normX = new ChannelLayerNorm(channels);
        _expandX = Linear(channels, channels, bias);
        _gateX = MultiAxisLayer.GatingWeights(channels, settings);
        _normY = new ChannelLayerNorm(channels);
        _expandY = Linear(channels, channels, bias);
        _gateY = MultiAxisLayer.GatingWeights(channels, settings);
        _projectY = Linear(channels, channels, bias);
        _projectX = Linear(channels, channels, bias);
        RegisterComponents();
    }

    /// <summary>Gates.</summary>
    /// <param name="below">N×H/2×W/2×B, the global features.</param>
    /// <param name="signals">The parts of the skip connection.</param>
    /// <returns>Skip connection and global features of this level, N×H×W×C, owned by the caller.</returns>
    public (Tensor Skip, Tensor Global) Gate(Tensor below, params (IFeatureSource Source, Tensor Pixels)[] signals)
    {
        using var scope = NewDisposeScope();
        long[] size = [below.shape[0], below.shape[1] * 2, below.shape[2] * 2];
        var y = _joinY.Join(size, (_upsampling!, below));
        var x = _joinX.Join(size, signals);
        var innerX = Activate(_expandX.Consume(_normX.call(x)));
        var innerY = Activate(_expandY.Consume(_normY.call(y)));
        var weightsX = _gateX.call(innerX);
        var weightsY = _gateY.call(innerY);
        if (is_grad_enabled())
        {
            y = _projectY.call(innerY * weightsX) + y;
            x = _projectX.call(innerX * weightsY) + y + x;
        }
        else
        {
            _projectY.AddTo(y, innerY.mul_(weightsX));
            _projectX.AddTo(x.add_(y), innerX.mul_(weightsY));
        }

        return (x.MoveToOuterDisposeScope(), y.MoveToOuterDisposeScope());
    }

    private static Tensor Activate(Tensor input) => is_grad_enabled() ? input.gelu() : input.gelu_();
}

using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.KBNet;

/// <summary>
/// The multi-axis feature fusion block: kernel basis attention, a large convolution and channel attention multiplied with each
/// other, then a gated pixel-wise network, each scaled and added to its input. Source: KBNet,
/// https://arxiv.org/abs/2303.02881.
/// </summary>
internal sealed class KbBlock : Module<Tensor, Tensor>
{
    /// <summary>Kernels of the basis.</summary>
    private const int BasisSize = 32;

    /// <summary>Channels and groups that the attention looks at the neighbourhood with, where there are as many.</summary>
    private const int AttentionWidth = 32;

    [ComponentName(Name = "w")]
    private Parameter _basis;

    [ComponentName(Name = "b")]
    private Parameter _basisBias;

    [ComponentName(Name = "ga1")]
    private Parameter _basisScale;

    [ComponentName(Name = "attgamma")]
    private Parameter _attentionScale;

    [ComponentName(Name = "beta")]
    private Parameter _beta;

    [ComponentName(Name = "gamma")]
    private Parameter _gamma;

    [ComponentName(Name = "norm1")]
    private readonly LayerNorm2d _norm1;

    [ComponentName(Name = "norm2")]
    private readonly LayerNorm2d _norm2;

    [ComponentName(Name = "sca")]
    private readonly Sequential _channelAttention;

    [ComponentName(Name = "conv11")]
    private readonly Sequential _surroundings;

    [ComponentName(Name = "conv1")]
    private readonly Conv2d _mix;

    [ComponentName(Name = "conv21")]
    private readonly Conv2d _depthwise;

    [ComponentName(Name = "conv2")]
    private readonly Sequential _attention;

    [ComponentName(Name = "conv211")]
    private readonly Conv2d _pixelAttention;

    [ComponentName(Name = "conv3")]
    private readonly Conv2d _project;

    [ComponentName(Name = "conv4")]
    private readonly Conv2d _widen;

    [ComponentName(Name = "conv5")]
    private readonly Conv2d _narrow;

    private readonly GatedTail _tail;

    /// <param name="channels">4 to 32 in steps of 4, or a multiple of 32.</param>
    /// <param name="feedForwardScale">Width of the gated network relative to <paramref name="channels"/>.</param>
    /// <param name="isLightweight">Whether the large convolution is depthwise 3×3 instead of grouped 5×5.</param>
    /// <exception cref="IRConStyleException">The widths do not fit.</exception>
    public KbBlock(int channels, double feedForwardScale, bool isLightweight)
        : base(nameof(KbBlock))
    {
        CheckWidth(channels);
        var wide = GatedWidth(channels, feedForwardScale);
        var groups = channels / KernelBasisAttention.GroupSize;
        var looked = Math.Min(channels, AttentionWidth);
        var kernel = channels * KernelBasisAttention.GroupSize * KernelBasisAttention.Places;

        // As the authors: the bound of a Kaiming initialisation that takes basis and kernel for its inputs.
        var bound = 1 / Math.Sqrt((double)BasisSize * kernel);
        _basis = Parameter(empty(1, BasisSize, kernel).uniform_(-bound, bound));
        _basisBias = Parameter(empty(1, BasisSize, channels).uniform_(-bound, bound));
        _basisScale = Scale(channels);
        _attentionScale = Scale(BasisSize);
        _beta = Scale(channels);
        _gamma = Scale(channels);
        _norm1 = new LayerNorm2d(channels);
        _norm2 = new LayerNorm2d(channels);
        _channelAttention = Sequential(AdaptiveAvgPool2d(1), Layers.Convolution(channels, channels, 1));
        _surroundings = Sequential(
            Layers.Convolution(channels, channels, 1),
            isLightweight
                ? Layers.Convolution(channels, channels, 3, groups: channels)
                : Layers.Convolution(channels, channels, 5, groups: groups));
        _mix = Layers.Convolution(channels, channels, 1);
        _depthwise = Layers.Convolution(channels, channels, 3, groups: channels);
        _attention = Sequential(
            Layers.Convolution(channels, looked, 3, groups: looked),
            new SimpleGate(),
            Layers.Convolution(looked / 2, BasisSize, 1));
        _pixelAttention = Layers.Convolution(channels, BasisSize, 1);
        _project = Layers.Convolution(channels, channels, 1);
        _widen = Layers.Convolution(channels, wide, 1);
        _narrow = Layers.Convolution(wide / 2, channels, 1);
        _tail = new GatedTail(_project, _norm2, _widen, _narrow);
        RegisterComponents();
    }

    /// <param name="input">N×C×H×W, channels-last.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        using Scalar one = 1;
        var x = _norm1.call(input);
        var weights = ImageStatistics.Share(this, _channelAttention.call(x)); // N×C×1×1
        var surroundings = _surroundings.call(x);                       // N×C×H×W
        var attention = _pixelAttention.call(x).addcmul(_attention.call(x), _attentionScale, one); // N×32×H×W
        x = _depthwise.Consume(_mix.Consume(x));                        // N×C×H×W
        var own = KernelBasisAttention.Apply(x, attention, _basis, _basisBias);
        attention.Dispose();
        if (is_grad_enabled())
        {
            x = x.addcmul(own, _basisScale, one) * surroundings;
            return _tail.Finish(x, input, weights, _beta, _gamma).MoveToOuterDisposeScope();
        }

        x.addcmul_(own, _basisScale, one).mul_(surroundings);
        own.Dispose();
        surroundings.Dispose();
        _tail.FinishInPlace(x, input, weights, _beta, _gamma);
        return x.MoveToOuterDisposeScope();
    }

    private static Parameter Scale(int channels) => Parameter(full([1, channels, 1, 1], 0.01));

    private static void CheckWidth(int channels)
    {
        if (channels % KernelBasisAttention.GroupSize != 0 || (channels > AttentionWidth && channels % AttentionWidth != 0))
            throw new IRConStyleException(
                $"A stage has {channels} channels, which KBNet's blocks cannot split.",
                "They take 4, 8, … 32 channels, or a multiple of 32: choose a width that gives this at every level, such as 32.");
    }

    private static int GatedWidth(int channels, double scale)
    {
        var wide = (int)(channels * scale);
        return wide >= 2 && wide % 2 == 0
            ? wide
            : throw new IRConStyleException(
                $"FeedForwardScale {scale} makes {wide} of {channels} channels, which have no two halves.",
                "Choose a scale that gives an even number at every level, such as 2.");
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>Squeeze and excitation: weights of the channels from their means over the image. Source: https://arxiv.org/abs/1709.01507.</summary>
internal sealed class ChannelAttention : Module<Tensor, Tensor>
{
    [ComponentName(Name = "Conv_0")]
    private readonly Conv2d _squeeze;

    [ComponentName(Name = "Conv_1")]
    private readonly Conv2d _excite;

    public ChannelAttention(int channels, int reduction, bool bias)
        : base(nameof(ChannelAttention))
    {
        if (channels < reduction)
            throw new IRConStyleException(
                $"ChannelReduction {reduction} leaves nothing of {channels} channels.",
                $"Give at most {channels}, or more Features.");
        _squeeze = Layers.Convolution(channels, channels / reduction, 1, bias);
        _excite = Layers.Convolution(channels / reduction, channels, 1, bias);
        RegisterComponents();
    }

    /// <param name="input">N×H×W×C.</param>
    /// <returns>N×1×1×C, in (0,1), owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = _squeeze.OnPixels(ImageStatistics.Share(this, input.mean([1, 2], keepdim: true)));
        return _excite.OnPixels(x.relu_()).sigmoid_().MoveToOuterDisposeScope();
    }
}

/// <summary>RCAB: two convolutions with channel attention, added to their input. Source: https://arxiv.org/abs/1807.02758.</summary>
internal sealed class ResidualChannelAttentionBlock : Module<Tensor, Tensor>
{
    private readonly double _slope;

    [ComponentName(Name = "LayerNorm")]
    private readonly ChannelLayerNorm _norm;

    [ComponentName(Name = "conv1")]
    private readonly Conv2d _first;

    [ComponentName(Name = "conv2")]
    private readonly Conv2d _second;

    [ComponentName(Name = "channel_attention")]
    private readonly ChannelAttention _attention;

    public ResidualChannelAttentionBlock(int channels, BlockSettings settings)
        : base(nameof(ResidualChannelAttentionBlock))
    {
        _slope = settings.Options.LeakyReluSlope;
        _norm = new ChannelLayerNorm(channels);
        _first = Layers.Convolution(channels, channels, 3, settings.Bias);
        _second = Layers.Convolution(channels, channels, 3, settings.Bias);
        // Its layers keep their bias whatever the settings say.
        _attention = new ChannelAttention(channels, settings.Options.ChannelReduction, bias: true);
        RegisterComponents();
    }

    /// <param name="input">N×H×W×C.</param>
    /// <returns>N×H×W×C, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        using Scalar one = 1;
        using Scalar slope = _slope;
        var x = _first.OnPixels(_norm.call(input)).leaky_relu_(slope);
        x = _second.OnPixels(x);
        return input.addcmul(x, _attention.call(x), one).MoveToOuterDisposeScope();
    }
}

/// <summary>Two linear layers over the channels.</summary>
internal sealed class ChannelMlp : Module<Tensor, Tensor>
{
    [ComponentName(Name = "Dense_0")]
    private readonly Linear _first;

    [ComponentName(Name = "Dense_1")]
    private readonly Linear _second;

    public ChannelMlp(int channels, bool bias)
        : base(nameof(ChannelMlp))
    {
        _first = Linear(channels, channels, bias);
        _second = Linear(channels, channels, bias);
        RegisterComponents();
    }

    /// <param name="input">N×H×W×C.</param>
    /// <returns>N×H×W×C, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var x = _first.call(input);
        using var active = is_grad_enabled() ? x.gelu() : x.gelu_();
        return _second.call(active);
    }
}

/// <summary>RDCAB: two linear layers with channel attention, added to their input.</summary>
internal sealed class ResidualDenseChannelAttentionBlock : Module<Tensor, Tensor>
{
    /// <summary>The authors leave it so whatever the settings say.</summary>
    private const int Reduction = 4;

    [ComponentName(Name = "LayerNorm")]
    private readonly ChannelLayerNorm _norm;

    [ComponentName(Name = "channel_mixing")]
    private readonly ChannelMlp _mlp;

    [ComponentName(Name = "channel_attention")]
    private readonly ChannelAttention _attention;

    public ResidualDenseChannelAttentionBlock(int channels, bool bias)
        : base(nameof(ResidualDenseChannelAttentionBlock))
    {
        _norm = new ChannelLayerNorm(channels);
        _mlp = new ChannelMlp(channels, bias);
        _attention = new ChannelAttention(channels, Reduction, bias);
        RegisterComponents();
    }

    /// <param name="input">N×H×W×C.</param>
    /// <returns>N×H×W×C, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        using Scalar one = 1;
        var x = _mlp.call(_norm.call(input));
        return input.addcmul(x, _attention.call(x), one).MoveToOuterDisposeScope();
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Modules;
using IRConStyle.Modules.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Restormer;

/// <summary>What all blocks of a network have in common.</summary>
/// <param name="ExpansionFactor">Hidden channels of the feed-forward half per channel; a fraction of a channel is dropped.</param>
/// <param name="Bias">Whether convolutions have a bias.</param>
/// <param name="LayerNorm"><see cref="WithBias"/> or <see cref="BiasFree"/>.</param>
internal sealed record BlockSettings(double ExpansionFactor, bool Bias, string LayerNorm)
{
    /// <summary>Centres, scales, and has an offset.</summary>
    public const string WithBias = "WithBias";

    /// <summary>Scales alone.</summary>
    public const string BiasFree = "BiasFree";

    /// <summary>Normalisation over the channels of every pixel; its parameters are named <c>body.*</c>.</summary>
    public Sequential CreateNorm(int channels) =>
        Sequential(("body", LayerNorm == BiasFree ? new BiasFreeLayerNorm(channels) : new LayerNorm2d(channels, BiasFreeLayerNorm.Epsilon)));

    /// <summary>A stack of blocks named <c>0</c>, <c>1</c> …</summary>
    /// <exception cref="IRConStyleException">The channels do not fit.</exception>
    public Sequential Stack(int count, int channels, int heads) =>
        Layers.Stack(count, () => new RestormerBlock(channels, heads, this));
}

/// <summary>
/// The transformer block: attention between channels, then a gated feed-forward network, each behind a normalisation and
/// added to its input. Source: Restormer, https://arxiv.org/abs/2111.09881.
/// </summary>
internal sealed class RestormerBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm1")]
    private readonly Sequential _norm1;

    [ComponentName(Name = "attn")]
    private readonly TransposedAttention _attention;

    [ComponentName(Name = "norm2")]
    private readonly Sequential _norm2;

    [ComponentName(Name = "ffn")]
    private readonly GatedFeedForward _feedForward;

    public RestormerBlock(int channels, int heads, BlockSettings settings)
        : base(nameof(RestormerBlock))
    {
        _norm1 = settings.CreateNorm(channels);
        _attention = new TransposedAttention(channels, heads, settings.Bias);
        _norm2 = settings.CreateNorm(channels);
        _feedForward = new GatedFeedForward(channels, settings.ExpansionFactor, settings.Bias);
        RegisterComponents();
    }

    /// <param name="input">N×C×H×W, channels-last.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        if (TryFused(input) is { } output)
            return output;
        // Bands are for the caches of a processor; other devices want whole maps, as the backward pass does.
        if (!is_grad_enabled() && input.device_type == DeviceType.CPU)
        {
            using var half = _attention.AddInBands(input, _norm1);
            return _feedForward.AddInBands(half, _norm2);
        }

        using var attended = _attention.Consume(_norm1.call(input));
        using var middle = input.add(attended);
        using var fed = _feedForward.Consume(_norm2.call(middle));
        return middle.add(fed);
    }

    /// <summary>Null where the layers have to do it.</summary>
    private Tensor? TryFused(Tensor input)
    {
        if (!FusedKernels.Suit(input) || _attention.Pack(NormWeights.Of(_norm1)) is not { } attention
            || _feedForward.Pack(NormWeights.Of(_norm2)) is not { } feedForward)
            return null;
        using var scope = NewDisposeScope();
        var map = new FeatureMap(input);
        var (values, products, squares) = attention.Collect(map);
        // Means of squares; sums are asked for.
        var mixes = _attention.Mix(products, squares.mul_((float)map.Height * map.Width));
        return feedForward.Run(map, values, mixes).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Divides every pixel by the standard deviation of its channels, without subtracting their mean: x/√(var+ε)·weight.
/// Source: Restormer, https://arxiv.org/abs/2111.09881.
/// </summary>
internal sealed class BiasFreeLayerNorm : Module<Tensor, Tensor>
{
    /// <summary>Added to the variance.</summary>
    public const double Epsilon = 1e-5;

    [ComponentName(Name = "weight")]
    private Parameter _weight;

    /// <summary>Scale per channel.</summary>
    public Parameter Weight => _weight;

    public BiasFreeLayerNorm(int channels)
        : base(nameof(BiasFreeLayerNorm))
    {
        _weight = Parameter(ones(channels));
        RegisterComponents();
    }

    /// <param name="input">N×C×H×W.</param>
    /// <returns>N×C×H×W, channels-last, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var pixels = input.permute(0, 2, 3, 1);
        // Along the innermost dimension the native variance takes ten times as long as these passes.
        var centred = pixels - pixels.mean([-1], keepdim: true);
        var scale = centred.square().mean([-1], keepdim: true).add_(Epsilon).rsqrt_();
        return (pixels * scale).mul_(_weight).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}

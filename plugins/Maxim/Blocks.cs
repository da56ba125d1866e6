using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>
/// The block of the encoder, and within the decoder's: joins its inputs, then twice mixes pixels along both axes and attends to channels.
/// Source: MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
internal sealed class EncoderBlock : Module
{
    private readonly bool _mixesPixels;

    [ComponentName(Name = "Conv_0")]
    private readonly Conv2d _join;

    [ComponentName(Name = "SplitHeadMultiAxisGmlpLayer_0")]
    private readonly MultiAxisLayer _mix0;

    [ComponentName(Name = "SplitHeadMultiAxisGmlpLayer_1")]
    private readonly MultiAxisLayer _mix1;

    [ComponentName(Name = "channel_attention_block_10")]
    private readonly ResidualChannelAttentionBlock _attend0;

    [ComponentName(Name = "channel_attention_block_11")]
    private readonly ResidualChannelAttentionBlock _attend1;

    /// <summary>For several stages, which these networks do not have; never run.</summary>
    [ComponentName(Name = "cross_gating_block")]
    private readonly CrossGatingBlock _crossGating;

    [ComponentName(Name = "Conv_1")]
    private readonly Conv2d? _down;

    /// <param name="joined">Channels of all inputs.</param>
    /// <param name="channels">C.</param>
    /// <param name="settings">Settings of the level.</param>
    /// <param name="hasDownsampling">Whether it has a downsampling convolution, run or not.</param>
    public EncoderBlock(int joined, int channels, BlockSettings settings, bool hasDownsampling)
        : base(nameof(EncoderBlock))
    {
        _mixesPixels = settings.Options.UseGlobalMlp;
        _join = Layers.Convolution(joined, channels, 1, settings.Bias);
        _mix0 = MultiAxisLayer.Gmlp(channels, settings);
        _mix1 = MultiAxisLayer.Gmlp(channels, settings);
        _attend0 = new ResidualChannelAttentionBlock(channels, settings);
        _attend1 = new ResidualChannelAttentionBlock(channels, settings);
        _crossGating = new CrossGatingBlock(channels, null, channels, settings);
        // The convolution keeps its bias whatever the settings say.
        _down = hasDownsampling ? Conv2d(channels, channels, 4, stride: 2, padding: 1) : null;
        RegisterComponents();
    }

    /// <summary>Whether a parameter of a network of such blocks is never used.</summary>
    /// <param name="stateName">The name within the network.</param>
    /// <param name="isBottleneck">Whether it is within the bottleneck.</param>
    /// <param name="options">The network's options.</param>
    public static bool IsDormant(string stateName, bool isBottleneck, MaximBlockOptions options) =>
        stateName.Contains(".cross_gating_block.", StringComparison.Ordinal)
        || stateName.Contains(".UNetEncoderBlock_0.Conv_1.", StringComparison.Ordinal)
        || (!options.UseGlobalMlp && !isBottleneck
            && stateName.Contains(".SplitHeadMultiAxisGmlpLayer_", StringComparison.Ordinal));

    /// <summary>Runs all but the downsampling.</summary>
    /// <param name="size">N, H, W of the level.</param>
    /// <param name="inputs">What is joined.</param>
    /// <returns>N×H×W×C, contiguous, owned by the caller.</returns>
    public Tensor Process(long[] size, params (IFeatureSource Source, Tensor Pixels)[] inputs)
    {
        using var scope = NewDisposeScope();
        var joined = _join.Join(size, inputs);
        var x = joined.alias();
        if (_mixesPixels)
            x = _mix0.Consume(x);
        x = _attend0.Consume(x);
        if (_mixesPixels)
            x = _mix1.Consume(x);
        x = _attend1.Consume(x);
        return x.add_(joined).MoveToOuterDisposeScope();
    }

    /// <summary>Halves both sides.</summary>
    /// <param name="pixels">N×H×W×C.</param>
    /// <returns>N×H/2×W/2×C, owned by the caller.</returns>
    public Tensor Downsample(Tensor pixels) => _down!.OnPixels(pixels);
}

/// <summary>The decoder's block, within a module of its own, with or without upsampling beside it.</summary>
internal sealed class DecoderBlock : Module
{
    [ComponentName(Name = "ConvTranspose_0")]
    private readonly ConvTranspose2d? _upsampling;

    [ComponentName(Name = "UNetEncoderBlock_0")]
    private readonly EncoderBlock _block;

    private DecoderBlock(ConvTranspose2d? upsampling, EncoderBlock block)
        : base(nameof(DecoderBlock))
    {
        (_upsampling, _block) = (upsampling, block);
        FromBelow = upsampling is null ? null : new TransposedUpsampling(upsampling);
        RegisterComponents();
    }

    /// <summary>Brings the feature map of the level below to this level.</summary>
    public IFeatureSource? FromBelow { get; }

    /// <summary>A block that upsamples by itself and is joined by three signals.</summary>
    /// <param name="below">Channels of the level below.</param>
    /// <param name="channels">C.</param>
    /// <param name="settings">Settings of the level.</param>
    public static DecoderBlock WithUpsampling(int below, int channels, BlockSettings settings) => new(
        TransposedUpsampling.Convolution(below, channels, settings.Bias),
        new EncoderBlock(channels * 4, channels, settings, hasDownsampling: true));

    /// <summary>A block all of whose inputs have its level's size.</summary>
    /// <param name="joined">Channels of all inputs.</param>
    /// <param name="channels">C.</param>
    /// <param name="settings">Settings of the level.</param>
    public static DecoderBlock WithoutUpsampling(int joined, int channels, BlockSettings settings) =>
        new(null, new EncoderBlock(joined, channels, settings, hasDownsampling: false));

    /// <inheritdoc cref="EncoderBlock.Process"/>
    public Tensor Process(long[] size, params (IFeatureSource Source, Tensor Pixels)[] inputs) => _block.Process(size, inputs);
}

/// <summary>A block of the bottleneck. Source: MAXIM, https://arxiv.org/abs/2201.02973.</summary>
internal sealed class BottleneckBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "input_proj")]
    private readonly Conv2d _project;

    [ComponentName(Name = "SplitHeadMultiAxisGmlpLayer_0")]
    private readonly MultiAxisLayer _mix0;

    [ComponentName(Name = "SplitHeadMultiAxisGmlpLayer_1")]
    private readonly MultiAxisLayer _mix1;

    [ComponentName(Name = "channel_attention_block_1_0")]
    private readonly ResidualDenseChannelAttentionBlock _attend0;

    [ComponentName(Name = "channel_attention_block_1_1")]
    private readonly ResidualDenseChannelAttentionBlock _attend1;

    public BottleneckBlock(int channels, BlockSettings settings)
        : base(nameof(BottleneckBlock))
    {
        // It keeps its bias whatever the settings say.
        _project = Layers.Convolution(channels, channels, 1);
        _mix0 = MultiAxisLayer.Gmlp(channels, settings);
        _mix1 = MultiAxisLayer.Gmlp(channels, settings);
        _attend0 = new ResidualDenseChannelAttentionBlock(channels, settings.Bias);
        _attend1 = new ResidualDenseChannelAttentionBlock(channels, settings.Bias);
        RegisterComponents();
    }

    /// <param name="input">N×H×W×C, contiguous.</param>
    /// <returns>N×H×W×C, contiguous, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var projected = _project.OnPixels(input);
        var x = _attend0.Consume(_mix0.call(projected));
        x = _attend1.Consume(_mix1.Consume(x));
        return x.add_(projected).MoveToOuterDisposeScope();
    }
}

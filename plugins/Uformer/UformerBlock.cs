using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Uformer;

/// <summary>Blocks one after the other, under the state names <c>blocks.0</c>, <c>blocks.1</c> …</summary>
internal sealed class UformerStage : Module<Tensor, Tensor>
{
    [ComponentName(Name = "blocks")]
    private readonly Sequential _blocks;

    public UformerStage(IEnumerable<UformerBlock> blocks)
        : base(nameof(UformerStage))
    {
        _blocks = Sequential(blocks.ToArray<Module<Tensor, Tensor>>());
        RegisterComponents();
    }

    /// <param name="input">N×C×H×W, channels-last.</param>
    /// <returns>N×C×H×W, channels-last, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var pixels = input.alias().ToPixels();
        using var output = _blocks.call(pixels);
        return output.ToMaps();
    }
}

/// <summary>What one block is made of.</summary>
/// <param name="Channels">Channels of its pixels.</param>
/// <param name="Heads">Attention heads; divides <paramref name="Channels"/>.</param>
/// <param name="Window">Side of a window.</param>
/// <param name="Learned">Learned tokens: as many as a window has places where the image does not limit it.</param>
/// <param name="Shift">By how much windows are shifted.</param>
/// <param name="Hidden">Hidden channels of the feed-forward part.</param>
/// <param name="IsLocallyEnhanced">Whether the feed-forward part looks at neighbours.</param>
/// <param name="QkvBias">Whether queries, keys and values have biases.</param>
/// <param name="Modulator">Whether each place of a window has a learned offset.</param>
/// <param name="CrossModulator">Whether it first attends to learned tokens.</param>
/// <param name="DropPath">How often training leaves out a branch.</param>
internal sealed record BlockShape(
    int Channels,
    int Heads,
    int Window,
    int Learned,
    int Shift,
    int Hidden,
    bool IsLocallyEnhanced,
    bool QkvBias,
    bool Modulator,
    bool CrossModulator,
    double DropPath);

/// <summary>
/// The locally enhanced window (LeWin) block: attention inside windows, then a feed-forward part, each behind a layer norm and
/// added to its input. Source: Uformer, https://arxiv.org/abs/2106.03106.
/// </summary>
internal sealed class UformerBlock : Module<Tensor, Tensor>
{
    /// <summary>Name of the layer that has no part in the result.</summary>
    private const string DormantNorm = "norm_cross";

    private readonly double _dropPath;

    [ComponentName(Name = "modulator")]
    private readonly Embedding? _offsets;

    [ComponentName(Name = "cross_modulator")]
    private readonly Embedding? _learned;

    [ComponentName(Name = "cross_attn")]
    private readonly CrossAttention? _crossAttention;

    [ComponentName(Name = "norm1")]
    private readonly LayerNorm _norm1;

    [ComponentName(Name = "attn")]
    private readonly WindowAttention _attention;

    [ComponentName(Name = "norm2")]
    private readonly LayerNorm _norm2;

    [ComponentName(Name = "mlp")]
    private readonly Module<Tensor, Tensor> _feedForward;

    public UformerBlock(BlockShape shape)
        : base(nameof(UformerBlock))
    {
        _dropPath = shape.DropPath;
        if (shape.Modulator)
            _offsets = Embedding(shape.Learned, shape.Channels);
        if (shape.CrossModulator)
        {
            _learned = Embedding(shape.Learned, shape.Channels);
            _crossAttention = new CrossAttention(shape.Channels, shape.Heads, shape.QkvBias);
            // The authors' code computes this norm and throws the result away; their checkpoints have it.
            register_module(DormantNorm, LayerNorm(shape.Channels));
        }

        _norm1 = LayerNorm(shape.Channels);
        _attention = new WindowAttention(shape.Channels, shape.Heads, shape.Window, shape.Shift, shape.QkvBias);
        _norm2 = LayerNorm(shape.Channels);
        _feedForward = shape.IsLocallyEnhanced
            ? new LocallyEnhancedFeedForward(shape.Channels, shape.Hidden)
            : new Mlp(shape.Channels, shape.Hidden);
        RegisterComponents();
    }

    /// <summary>Whether a parameter of a network of blocks is there for loading only.</summary>
    /// <param name="stateName">Its name in the network.</param>
    public static bool IsDormant(string stateName) => stateName.Contains($".{DormantNorm}.", StringComparison.Ordinal);

    /// <param name="pixels">N×H×W×C, H and W multiples of the window.</param>
    /// <returns>N×H×W×C, owned by the caller.</returns>
    public override Tensor forward(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        // Sums go into the memory of their newest term, which no other layer needs any more.
        var x = pixels;
        if (_crossAttention is not null)
            x = _crossAttention.Attend(x, _learned!.weight!).add_(x);
        Tensor attended;
        using (var normalized = _norm1.call(x))
            attended = Drop(_attention.Attend(normalized, _offsets?.weight)).add_(x);
        if (!ReferenceEquals(x, pixels))
            x.Dispose();
        var mixed = Drop(_feedForward.Consume(_norm2.call(attended))).add_(attended);
        return mixed.MoveToOuterDisposeScope();
    }

    /// <summary>In training, leaves a branch out for some images and strengthens it for the others (stochastic depth).</summary>
    private Tensor Drop(Tensor branch)
    {
        if (!training || _dropPath == 0)
            return branch;
        using (branch)
        {
            using var kept = empty([branch.shape[0], 1, 1, 1], branch.dtype, branch.device).bernoulli_(1 - _dropPath);
            using var scale = kept.div_(1 - _dropPath);
            return branch * scale;
        }
    }
}

using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Restormer;

/// <summary>Options of the backbone <c>restormer</c>; the defaults are those of the ConStyle paper's authors.</summary>
public sealed class RestormerOptions
{
    /// <summary>Channels of the degraded image: as many as of the restored one, or 1; for dual pixels any number, usually 6.</summary>
    [Range(1, 64)]
    [ReferenceArgument("inp_channels")]
    public int InputChannels { get; set; } = 3;

    /// <summary>Channels of the restored image.</summary>
    [Range(1, 64)]
    [ReferenceArgument("out_channels")]
    public int OutputChannels { get; set; } = 3;

    /// <summary>Channels at full size, an even number; they double at each of the three levels below.</summary>
    [Range(2, 1024)]
    [ReferenceArgument("dim")]
    public int Dim { get; set; } = 48;

    /// <summary>Blocks at full size, half, quarter and in the bottleneck; the decoder has as many as the encoder.</summary>
    [Length(4, 4)]
    [ReferenceArgument("num_blocks")]
    public int[] LevelBlocks { get; set; } = [4, 6, 6, 8];

    /// <summary>Blocks at full size behind the decoder.</summary>
    [Range(0, 256)]
    [ReferenceArgument("num_refinement_blocks")]
    public int RefinementBlocks { get; set; } = 4;

    /// <summary>Attention heads at full size, half, quarter and in the bottleneck; each divides the channels there.</summary>
    [Length(4, 4)]
    [ReferenceArgument("heads")]
    public int[] Heads { get; set; } = [1, 2, 4, 8];

    /// <summary>Hidden channels of a block per channel.</summary>
    [Range(0.01, 64)]
    [ReferenceArgument("ffn_expansion_factor")]
    public double ExpansionFactor { get; set; } = 2.66;

    /// <summary>Whether the convolutions of blocks, behind skip connections and at the end have a bias.</summary>
    [ReferenceArgument("bias")]
    public bool Bias { get; set; }

    /// <summary>Kind of layer norm: WithBias centres and has an offset, BiasFree only scales.</summary>
    [AllowedValues(BlockSettings.WithBias, BlockSettings.BiasFree)]
    [ReferenceArgument("LayerNorm_type")]
    public string LayerNorm { get; set; } = BlockSettings.WithBias;

    /// <summary>For a left and a right view stacked as channels: the first features are added to the last, not the image to the result.</summary>
    [ReferenceArgument("dual_pixel_task")]
    public bool DualPixel { get; set; }
}

/// <summary>Restormer, without style. Source: https://arxiv.org/abs/2111.09881.</summary>
internal sealed class RestormerNetwork : Module, IBackbone
{
    private const int Levels = 3;

    private readonly Sequential _embed;
    private readonly Sequential[] _encoders = new Sequential[Levels];
    private readonly Sequential[] _downs = new Sequential[Levels];
    private readonly Sequential _latent;
    private readonly Sequential[] _ups = new Sequential[Levels];
    private readonly Conv2d?[] _reduce = new Conv2d?[Levels];
    private readonly Sequential[] _decoders = new Sequential[Levels];
    private readonly Sequential _refinement;
    private readonly Conv2d? _skip;
    private readonly Conv2d _output;

    public RestormerNetwork(RestormerOptions options)
        : base(nameof(RestormerNetwork))
    {
        Check(options);
        var (dim, bias) = (options.Dim, options.Bias);
        var blocks = new BlockSettings(options.ExpansionFactor, bias, options.LayerNorm);

        _embed = this.Own("patch_embed", Sequential(("proj", Layers.Convolution(options.InputChannels, dim, 3, bias: false))));
        for (var level = 0; level < Levels; level++)
        {
            var (width, count, heads) = (dim << level, options.LevelBlocks[level], options.Heads[level]);
            _encoders[level] = this.Own($"encoder_level{level + 1}", blocks.Stack(count, width, heads));
            _downs[level] = this.Own($"down{level + 1}_{level + 2}", Resize(width, width / 2, PixelUnshuffle(2)));
            _ups[level] = this.Own($"up{level + 2}_{level + 1}", Resize(width * 2, width * 4, PixelShuffle(2)));
            // At full size the skip connection is kept beside what comes from below, so the channels stay twice as many.
            if (level > 0)
                _reduce[level] = this.Own($"reduce_chan_level{level + 1}", Layers.Convolution(width * 2, width, 1, bias));
            _decoders[level] = this.Own($"decoder_level{level + 1}", blocks.Stack(count, level > 0 ? width : width * 2, heads));
        }

        _latent = this.Own("latent", blocks.Stack(options.LevelBlocks[Levels], dim << Levels, options.Heads[Levels]));
        _refinement = this.Own("refinement", blocks.Stack(options.RefinementBlocks, dim * 2, options.Heads[0]));
        if (options.DualPixel)
            _skip = this.Own("skip_conv", Layers.Convolution(dim, dim * 2, 1, bias));
        _output = this.Own("output", Layers.Convolution(dim * 2, options.OutputChannels, 3, bias));
        Spec = new BackboneSpec(options.InputChannels, 1 << Levels, RequiresStyle: false) { OutputChannels = options.OutputChannels };
    }

    public BackboneSpec Spec { get; }

    public Module Module => this;

    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        using var scope = NewDisposeScope();
        var image = degraded.ToChannelsLast();
        // One input channel has no layout of its own, so the first features are brought into line once more.
        var embedded = _embed.call(image).ToChannelsLast();                     // N×dim×H×W
        var x = embedded;

        var skips = new Tensor[Levels];
        for (var level = 0; level < Levels; level++)
        {
            skips[level] = _encoders[level].call(x);                            // N×2^level·dim×h×w
            x = _downs[level].call(skips[level]);
        }

        x = _latent.Consume(x);                                                 // N×8·dim×H/8×W/8
        for (var level = Levels - 1; level >= 0; level--)
        {
            using var up = _ups[level].Consume(x);
            using var skip = skips[level];
            x = cat([up, skip], 1);                                             // N×2^(level+1)·dim×h×w
            x = _reduce[level]?.Consume(x) ?? x;
            x = _decoders[level].Consume(x);
        }

        x = _refinement.Consume(x);                                             // N×2·dim×H×W
        x = _skip is null ? _output.Consume(x).add(image) : _output.Consume(x.add(_skip.call(embedded)));
        return x.MoveToOuterDisposeScope();
    }

    private static void Check(RestormerOptions options)
    {
        if (options.Dim % 2 != 0)
            throw new IRConStyleException($"Dim is {options.Dim}.", "Give an even number, such as 48.");
        if (options.LevelBlocks is not [>= 0, >= 0, >= 0, >= 0])
            throw new IRConStyleException(
                $"LevelBlocks is [{string.Join(", ", options.LevelBlocks)}].", "Give four numbers from 0 up, from full size to the bottleneck.");
        if (!options.DualPixel)
            GlobalResidual.CheckChannels(options.InputChannels, options.OutputChannels, ", or set DualPixel, with which it is not added");
    }

    /// <summary>A convolution 3×3 and a rearrangement between channels and pixels, named <c>body</c>.</summary>
    private static Sequential Resize(int input, int output, Module<Tensor, Tensor> rearrange) =>
        Sequential(("body", Sequential(Layers.Convolution(input, output, 3, bias: false), rearrange)));
}

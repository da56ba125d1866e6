using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Restormer;

/// <summary>Options of the backbone <c>constyle-restormer</c>; the defaults are the paper's.</summary>
public sealed class ConStyleRestormerOptions : UNetOptions
{
    /// <summary>Sets the paper's depth.</summary>
    public ConStyleRestormerOptions() => (EncoderBlocks, BottleneckBlocks, DecoderBlocks) = ([4, 6, 6], 8, [4, 6, 6]);

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

    /// <summary>Whether the convolutions of blocks, of the fusion and of the end have a bias.</summary>
    [ReferenceArgument("bias")]
    public bool Bias { get; set; }

    /// <summary>Kind of layer norm: WithBias centres and has an offset, BiasFree only scales.</summary>
    [AllowedValues(BlockSettings.WithBias, BlockSettings.BiasFree)]
    [ReferenceArgument("LayerNorm_type")]
    public string LayerNorm { get; set; } = BlockSettings.WithBias;

    /// <summary>Channels of the degraded image: as many as <see cref="OutputChannels"/>, or 1.</summary>
    [Range(1, 64)]
    [ReferenceArgument("inp_channels")]
    public int InputChannels { get; set; } = 3;

    /// <summary>Channels of the restored image.</summary>
    [Range(1, 64)]
    [ReferenceArgument("out_channels")]
    public int OutputChannels { get; set; } = 3;
}

/// <summary>Fills the paper's U-Net with blocks of Restormer.</summary>
/// <param name="options">Width, depth and kind of blocks.</param>
internal sealed class RestormerBlocks(ConStyleRestormerOptions options) : SimpleUNetBlocks(options)
{
    private readonly BlockSettings _settings = new(options.ExpansionFactor, options.Bias, options.LayerNorm);

    public override int InputChannels { get; } = options.InputChannels;

    public override int OutputChannels { get; } = options.OutputChannels;

    public override bool FusionBias { get; } = options.Bias;

    /// <summary>As everywhere in these networks, the first convolution has no bias whatever the options say.</summary>
    public override Module<Tensor, Tensor> CreatePreprocess(int input, int output) =>
        Sequential(("proj", Layers.Convolution(input, output, 3, bias: false)));

    /// <summary>Blocks <c>0</c>, <c>1</c> … and the last convolution as the next number.</summary>
    public override Module<Tensor, Tensor> CreateFinetune(int input, int output)
    {
        var tail = _settings.Stack(options.RefinementBlocks, input, options.Heads[0]);
        tail.append($"{options.RefinementBlocks}", Layers.Convolution(input, output, 3, options.Bias));
        return tail;
    }

    public override Module<Tensor, Tensor> CreateActivation(int channels) => PReLU(channels);

    protected override Module<Tensor, Tensor> CreateBlock(UNetStage stage, int channels) =>
        new RestormerBlock(channels, options.Heads[stage.Level], _settings);
}

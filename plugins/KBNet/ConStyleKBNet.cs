using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.KBNet;

/// <summary>
/// Options of the backbone <c>constyle-kbnet</c>; the defaults are those of IRConStyle's code. ConStyle v2 has two blocks in
/// every stage. Widths up to 4·Dim must be 4 to 32 or multiples of 32, so Dim is 4, 8 or a multiple of 32.
/// </summary>
public sealed class ConStyleKbNetOptions : UNetOptions
{
    /// <summary>Sets the default width and depth.</summary>
    public ConStyleKbNetOptions() => (Dim, EncoderBlocks, BottleneckBlocks, DecoderBlocks) = (32, [3, 3, 4], 4, [3, 3, 4]);

    /// <summary>Channels of the degraded and of the restored image: 3, or 1 for grey ones.</summary>
    [AllowedValues(1, 3)]
    [ReferenceArgument("img_channel")]
    public int ImageChannels { get; set; } = 3;

    /// <summary>Kind of block; the authors' code has this one.</summary>
    [AllowedValues("KBBlock_s")]
    [ReferenceArgument("basicblock")]
    public string Block { get; set; } = "KBBlock_s";

    /// <summary>Whether a block's large convolution is depthwise 3×3 instead of grouped 5×5.</summary>
    [ReferenceArgument("lightweight")]
    public bool Lightweight { get; set; }

    /// <summary>Width of a block's gated network relative to its channels.</summary>
    [Range(0.5, 16.0)]
    [ReferenceArgument("ffn_scale")]
    public double FeedForwardScale { get; set; } = 2;
}

/// <summary>Fills the paper's U-Net with blocks of KBNet.</summary>
/// <param name="options">Width, depth and kind of blocks.</param>
internal sealed class KbBlocks(ConStyleKbNetOptions options) : SimpleUNetBlocks(options)
{
    public override int InputChannels { get; } = options.ImageChannels;

    public override int OutputChannels { get; } = options.ImageChannels;

    public override Module<Tensor, Tensor> CreatePreprocess(int input, int output) =>
        Sequential(Layers.Convolution(input, output, 3));

    protected override Module<Tensor, Tensor> CreateBlock(UNetStage stage, int channels) =>
        new KbBlock(channels, options.FeedForwardScale, options.Lightweight);
}

using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Uformer;

/// <summary>What both networks of window attention can be told.</summary>
public abstract class WindowAttentionOptions
{
    /// <summary>Channels of the degraded image.</summary>
    [Range(1, 64)]
    [ReferenceArgument("dd_in")]
    public int InputChannels { get; set; } = 3;

    /// <summary>Channels of the restored image.</summary>
    [Range(1, 64)]
    [ReferenceArgument("in_chans")]
    public int OutputChannels { get; set; } = 3;

    /// <summary>
    /// Side in pixels of the images the network is meant for; it takes others too, but a level where such an image is no
    /// larger than a window has one window of that image's size, never shifted.
    /// </summary>
    [Range(1, 65536)]
    [ReferenceArgument("img_size")]
    public int ImageSize { get; set; }

    /// <summary>Side of a window of attention, in pixels of its level.</summary>
    [Range(1, 64)]
    [ReferenceArgument("win_size")]
    public int WindowSize { get; set; } = 8;

    /// <summary>Whether every second block shifts its windows by half their side.</summary>
    [ReferenceArgument("shift_flag")]
    public bool ShiftWindows { get; set; } = true;

    /// <summary>Hidden channels of the feed-forward part, relative to a block's channels.</summary>
    [Range(0.01, 64.0)]
    [ReferenceArgument("mlp_ratio")]
    public double MlpRatio { get; set; } = 4;

    /// <summary>Whether queries, keys and values have biases.</summary>
    [ReferenceArgument("qkv_bias")]
    public bool QkvBias { get; set; } = true;

    /// <summary>How tokens become queries, keys and values.</summary>
    [AllowedValues("linear")]
    [ReferenceArgument("token_projection")]
    public string TokenProjection { get; set; } = "linear";

    /// <summary>The feed-forward part: with a depthwise convolution (leff), or pixel by pixel (ffn, also called mlp).</summary>
    [AllowedValues("leff", "ffn", "mlp")]
    [ReferenceArgument("token_mlp")]
    public string FeedForward { get; set; } = "leff";

    /// <summary>Whether blocks of the decoder add a learned offset to each place of a window.</summary>
    [ReferenceArgument("modulator")]
    public bool Modulator { get; set; }

    /// <summary>Whether blocks of the decoder first look at learned tokens.</summary>
    [ReferenceArgument("cross_modulator")]
    public bool CrossModulator { get; set; }

    /// <summary>
    /// How often training leaves out a branch of a block for an image, at the deepest level; less often towards full size.
    /// </summary>
    [Range(0.0, 0.99)]
    [ReferenceArgument("drop_path_rate")]
    public double DropPathRate { get; set; } = 0.1;
}

/// <summary>Options of the backbone <c>uformer</c>; the defaults are its authors'.</summary>
public sealed class UformerOptions : WindowAttentionOptions
{
    /// <summary>Sets the authors' image size.</summary>
    public UformerOptions() => ImageSize = 256;

    /// <summary>Channels at full size; they double at each of the four levels below.</summary>
    [Range(1, 1024)]
    [ReferenceArgument("embed_dim")]
    public int Dim { get; set; } = 32;

    /// <summary>Blocks of each stage: four of the encoder, the bottleneck, four of the decoder.</summary>
    [Length(9, 9)]
    [ReferenceArgument("depths")]
    public int[] StageBlocks { get; set; } = [2, 2, 2, 2, 2, 2, 2, 2, 2];

    /// <summary>Attention heads of each stage; each divides the stage's channels.</summary>
    [Length(9, 9)]
    [ReferenceArgument("num_heads")]
    public int[] Heads { get; set; } = [1, 2, 4, 8, 16, 16, 8, 4, 2];
}

/// <summary>Options of the backbone <c>constyle-uformer</c>; the defaults are the paper's.</summary>
public sealed class ConStyleUformerOptions : WindowAttentionOptions
{
    /// <summary>Sets the paper's image size and modulator.</summary>
    public ConStyleUformerOptions() => (ImageSize, Modulator) = (128, true);

    /// <summary>Channels at full size, a multiple of 4; lower levels have 2, 3 and 4 times as many.</summary>
    [Range(4, 1024)]
    [ReferenceArgument("dim")]
    public int Dim { get; set; } = 32;

    /// <summary>Blocks of each stage: three of the encoder, the bottleneck, three of the decoder.</summary>
    [Length(7, 7)]
    [ReferenceArgument("depths")]
    public int[] StageBlocks { get; set; } = [2, 2, 2, 2, 2, 2, 2];

    /// <summary>Attention heads of each stage; each divides the stage's channels.</summary>
    [Length(7, 7)]
    [ReferenceArgument("num_heads")]
    public int[] Heads { get; set; } = [1, 2, 4, 8, 8, 4, 2];
}

using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.KBNet;

/// <summary>Options of the backbone <c>kbnet</c>; the defaults are its authors'. Widths are 4 to 32 or multiples of 32.</summary>
public sealed class KbNetOptions : PlainUNetOptions
{
    /// <summary>Sets the authors' depth.</summary>
    public KbNetOptions() => (EncoderBlocks, BottleneckBlocks, DecoderBlocks) = ([2, 2, 2, 2], 12, [4, 2, 2, 2]);

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

using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Modules;

/// <summary>Width and depth of a <see cref="PlainUNet"/>.</summary>
public class PlainUNetOptions
{
    /// <summary>Channels of the image.</summary>
    [Range(1, 64)]
    [ReferenceArgument("img_channel")]
    public int ImageChannels { get; set; } = 3;

    /// <summary>Channels at full size; they double at each level.</summary>
    [Range(1, 1024)]
    [ReferenceArgument("width")]
    public int Width { get; set; } = 64;

    /// <summary>Blocks of the bottleneck.</summary>
    [Range(0, 256)]
    [ReferenceArgument("middle_blk_num")]
    public int BottleneckBlocks { get; set; } = 1;

    /// <summary>Blocks of each encoder stage, from full size down; as many stages as numbers.</summary>
    [Length(0, 8)]
    [ReferenceArgument("enc_blk_nums")]
    public int[] EncoderBlocks { get; set; } = [1, 1, 1, 1];

    /// <summary>Blocks of each decoder stage, from the bottleneck up; as many as encoder stages.</summary>
    [Length(0, 8)]
    [ReferenceArgument("dec_blk_nums")]
    public int[] DecoderBlocks { get; set; } = [1, 1, 1, 1];
}

using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Maxim;

/// <summary>What MAXIM and ConStyle MAXIM have in common; the defaults are the authors'.</summary>
public abstract class MaximBlockOptions
{
    /// <summary>Channels at full size; a multiple of 4.</summary>
    [Range(4, 1024)]
    [ReferenceArgument("features")]
    public int Features { get; set; } = 32;

    /// <summary>Slope of the leaky ReLU below zero.</summary>
    [Range(0.0, 1.0)]
    [ReferenceArgument("lrelu_slope")]
    public double LeakyReluSlope { get; set; } = 0.2;

    /// <summary>Whether encoder and decoder blocks mix pixels over blocks and grids; the bottleneck always does.</summary>
    [ReferenceArgument("use_global_mlp")]
    public bool UseGlobalMlp { get; set; } = true;

    /// <summary>How many levels, from full size down, use the sizes for high resolution.</summary>
    [Range(0, 3)]
    [ReferenceArgument("high_res_stages")]
    public int HighResolutionLevels { get; set; } = 2;

    /// <summary>Height and width of a block at high resolution, in pixels.</summary>
    [Length(2, 2)]
    [ReferenceArgument("block_size_hr")]
    public int[] HighResolutionBlock { get; set; } = [16, 16];

    /// <summary>Height and width of a block, and of the grid of all levels but the bottleneck, at low resolution.</summary>
    [Length(2, 2)]
    [ReferenceArgument("block_size_lr")]
    public int[] LowResolutionBlock { get; set; } = [8, 8];

    /// <summary>Rows and columns of the grid at high resolution.</summary>
    [Length(2, 2)]
    [ReferenceArgument("grid_size_hr")]
    public int[] HighResolutionGrid { get; set; } = [16, 16];

    /// <summary>Rows and columns of the grid in the bottleneck.</summary>
    [Length(2, 2)]
    [ReferenceArgument("grid_size_lr")]
    public int[] LowResolutionGrid { get; set; } = [8, 8];

    /// <summary>How many times wider the layer that mixes within blocks is inside.</summary>
    [Range(1, 16)]
    [ReferenceArgument("block_gmlp_factor")]
    public int BlockFactor { get; set; } = 2;

    /// <summary>How many times wider the layer that mixes over the grid is inside.</summary>
    [Range(1, 16)]
    [ReferenceArgument("grid_gmlp_factor")]
    public int GridFactor { get; set; } = 2;

    /// <summary>How many times wider the features are that both of these layers share.</summary>
    [Range(1, 16)]
    [ReferenceArgument("input_proj_factor")]
    public int InputFactor { get; set; } = 2;

    /// <summary>How many times narrower channel attention is inside; the bottleneck always uses 4.</summary>
    [Range(1, 1024)]
    [ReferenceArgument("channels_reduction")]
    public int ChannelReduction { get; set; } = 4;
}

/// <summary>Options of the backbone <c>maxim</c>; the defaults are its authors'.</summary>
public sealed class MaximOptions : MaximBlockOptions
{
    /// <summary>Whether layers have a bias.</summary>
    [ReferenceArgument("use_bias")]
    public bool Bias { get; set; } = true;
}

/// <summary>Options of the backbone <c>constyle-maxim</c>; the defaults are the paper's.</summary>
public sealed class ConStyleMaximOptions : MaximBlockOptions
{
    /// <summary>Whether layers have a bias.</summary>
    [ReferenceArgument("bias")]
    public bool Bias { get; set; }

    /// <summary>Blocks of the bottleneck.</summary>
    [Range(0, 256)]
    [ReferenceArgument("bottom_blk_num")]
    public int BottleneckBlocks { get; set; } = 2;
}

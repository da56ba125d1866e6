using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Plugins.NAFNet;

/// <summary>Options of the backbone <c>constyle-nafnet</c>; the defaults are the paper's.</summary>
public sealed class ConStyleNafNetOptions : UNetOptions
{
    /// <summary>Sets the paper's depth.</summary>
    public ConStyleNafNetOptions() => (EncoderBlocks, BottleneckBlocks, DecoderBlocks) = ([7, 8, 9], 9, [7, 8, 9]);

    /// <summary>Channels of the degraded image: 3, or 1 for grey ones; the restored image always has 3.</summary>
    [AllowedValues(1, 3)]
    [ReferenceArgument("img_channel")]
    public int InputChannels { get; set; } = 3;
}

/// <summary>Fills the paper's U-Net with blocks of NAFNet.</summary>
/// <param name="options">Width and depth.</param>
internal sealed class NafBlocks(ConStyleNafNetOptions options) : SimpleUNetBlocks(options)
{
    public override int InputChannels { get; } = options.InputChannels;

    protected override nn.Module<Tensor, Tensor> CreateBlock(UNetStage stage, int channels) => new NafBlock(channels);
}

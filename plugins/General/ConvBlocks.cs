using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.General;

/// <summary>Options of the backbone <c>general</c>, and the common part of those of <c>constyle-general</c>.</summary>
public class GeneralOptions
{
    /// <summary>Channels at full size; a multiple of 4.</summary>
    [Range(4, 1024)]
    [ReferenceArgument("dim")]
    public int Dim { get; set; } = 48;

    /// <summary>Channels of the degraded image: as many as <see cref="OutputChannels"/>, or 1.</summary>
    [Range(1, 64)]
    [ReferenceArgument("inp_channels")]
    public int InputChannels { get; set; } = 3;

    /// <summary>Channels of the restored image.</summary>
    [Range(1, 64)]
    [ReferenceArgument("out_channels")]
    public int OutputChannels { get; set; } = 3;
}

/// <summary>Options of the backbone <c>constyle-general</c>.</summary>
public sealed class ConStyleGeneralOptions : GeneralOptions
{
    /// <summary>Whether the convolution that fuses the bottleneck has a bias; the others never have.</summary>
    [ReferenceArgument("bias")]
    public bool Bias { get; set; }
}

/// <summary>
/// Fills the paper's U-Net with plain convolutions: two per stage, added to the stage's input.
/// Source: ConStyle v2, https://arxiv.org/abs/2406.18242.
/// </summary>
/// <param name="options">Width and channels.</param>
internal sealed class ConvBlocks(ConStyleGeneralOptions options) : UNetBlocks
{
    public override int Dim => options.Dim;

    public override int InputChannels => options.InputChannels;

    public override int OutputChannels => options.OutputChannels;

    public override bool FusionBias => options.Bias;

    public override bool ResidualStages => true;

    /// <summary>A convolution 3×3 with one learned slope per channel.</summary>
    public static Sequential Conv(int input, int output) => Layers.ConvActivation(input, output, 3, PReLU(output));

    public static Sequential Stage(int channels) => Layers.Stack(2, () => Conv(channels, channels));

    /// <summary>As in the authors' code, the activation follows even the last convolution.</summary>
    public static Sequential Finetune(int input, int middle, int output) => Sequential(Conv(input, middle), Conv(middle, output));

    public override nn.Module<Tensor, Tensor> CreateStage(UNetStage stage, int channels) => Stage(channels);

    public override nn.Module<Tensor, Tensor> CreatePreprocess(int input, int output) => Conv(input, output);

    public override nn.Module<Tensor, Tensor> CreateFinetune(int input, int output) => Finetune(input, Dim, output);

    public override nn.Module<Tensor, Tensor> CreateActivation(int channels) => PReLU(channels);
}

using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>The part of the U-Net that a stage belongs to.</summary>
public enum UNetPart
{
    /// <summary>Going down, from full size on.</summary>
    Encoder,

    /// <summary>Between the two, at the smallest size.</summary>
    Bottleneck,

    /// <summary>Going up, to full size.</summary>
    Decoder,
}

/// <summary>One stage of the U-Net.</summary>
/// <param name="Part">Where it stands.</param>
/// <param name="Level">How often the image has been halved there: 0 to 2 in encoder and decoder, 3 in the bottleneck.</param>
public readonly record struct UNetStage(UNetPart Part, int Level);

/// <summary>What <see cref="StyledUNet"/> is filled with; derive from it to bring a network of your own.</summary>
/// <remarks>Everything made here is owned by the network that asked for it. Feature maps are channels-last in memory.</remarks>
public abstract class UNetBlocks
{
    /// <summary>Channels at full size; a multiple of 4. Lower levels have 2, 3 and 4 times as many.</summary>
    public abstract int Dim { get; }

    /// <summary>Channels of the degraded image.</summary>
    public virtual int InputChannels => 3;

    /// <summary>Channels of the restored image; the input is added to it.</summary>
    public virtual int OutputChannels => 3;

    /// <summary>What height and width must be multiples of: 8 for three halvings, or a multiple of 8.</summary>
    public virtual int SizeMultiple => 8;

    /// <summary>Whether the convolution that fuses the bottleneck has a bias.</summary>
    public virtual bool FusionBias => false;

    /// <summary>Whether a stage's input is added to its output.</summary>
    public virtual bool ResidualStages => false;

    /// <summary>See <see cref="BackboneSpec.NumbersPerPixel"/>; by default what blocks of NAFNet need.</summary>
    public virtual double NumbersPerPixel => 16 * Dim;

    /// <summary>Makes one stage, which keeps the shape of its input.</summary>
    /// <param name="stage">Which one.</param>
    /// <param name="channels">Its channels.</param>
    public abstract Module<Tensor, Tensor> CreateStage(UNetStage stage, int channels);

    /// <summary>Makes the head from image to features; by default one convolution 3×3 named <c>0</c>.</summary>
    /// <param name="input">Channels of the image.</param>
    /// <param name="output">Channels of the features.</param>
    public virtual Module<Tensor, Tensor> CreatePreprocess(int input, int output) =>
        Sequential(Layers.Convolution(input, output, 3, bias: false));

    /// <summary>Makes what fuses the bottleneck with its style; by default a convolution 1×1.</summary>
    /// <param name="input">Channels of the bottleneck and of what the style adds.</param>
    /// <param name="output">Channels that go up.</param>
    public virtual Module<Tensor, Tensor> CreateFusion(int input, int output) => Layers.Convolution(input, output, 1, FusionBias);

    /// <summary>Makes the tail from features to image; by default one convolution 3×3 named <c>0</c>.</summary>
    /// <param name="input">Channels of the features.</param>
    /// <param name="output">Channels of the image.</param>
    public virtual Module<Tensor, Tensor> CreateFinetune(int input, int output) =>
        Sequential(Layers.Convolution(input, output, 3, bias: false));

    /// <summary>Makes the activation that injection points use; by default leaky ReLU of slope 0.1.</summary>
    /// <param name="channels">Channels it works on.</param>
    public virtual Module<Tensor, Tensor> CreateActivation(int channels) => Layers.LeakyRelu();

    /// <summary>See <see cref="IBackbone.IsDormant"/>; by default every parameter has a part in the result.</summary>
    /// <param name="stateName">A name within the whole network.</param>
    public virtual bool IsDormant(string stateName) => false;
}

/// <summary>A U-Net whose stages are stacks of equal blocks: only <see cref="CreateBlock"/> is left to write.</summary>
/// <param name="options">Width and numbers of blocks.</param>
public abstract class SimpleUNetBlocks(UNetOptions options) : UNetBlocks
{
    /// <inheritdoc/>
    public override int Dim => options.Dim;

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> CreateStage(UNetStage stage, int channels)
    {
        var count = stage.Part switch
        {
            UNetPart.Encoder => Count(options.EncoderBlocks, nameof(options.EncoderBlocks), stage.Level),
            UNetPart.Decoder => Count(options.DecoderBlocks, nameof(options.DecoderBlocks), stage.Level),
            _ => options.BottleneckBlocks,
        };
        return Layers.Stack(count, () => CreateBlock(stage, channels));
    }

    /// <summary>Makes one block, which keeps the shape of its input.</summary>
    /// <param name="stage">The stage it is for.</param>
    /// <param name="channels">Its channels.</param>
    protected abstract Module<Tensor, Tensor> CreateBlock(UNetStage stage, int channels);

    private static int Count(int[] blocks, string option, int level) =>
        blocks is [_, _, _] && blocks[level] >= 0
            ? blocks[level]
            : throw new IRConStyleException(
                $"{option} is [{string.Join(", ", blocks)}].",
                "Give three numbers from 0 up, from full size to quarter size.");
}

/// <summary>Width and depth of a U-Net made of equal blocks.</summary>
public class UNetOptions
{
    /// <summary>Channels at full size; a multiple of 4.</summary>
    [Range(4, 1024)]
    [ReferenceArgument("dim")]
    public int Dim { get; set; } = 48;

    /// <summary>Blocks of the three encoder stages, from full size down.</summary>
    [Length(3, 3)]
    [ReferenceArgument("left_blk_num")]
    public int[] EncoderBlocks { get; set; } = [2, 2, 2];

    /// <summary>Blocks of the bottleneck.</summary>
    [Range(0, 256)]
    [ReferenceArgument("bottom_blk_num")]
    public int BottleneckBlocks { get; set; } = 2;

    /// <summary>Blocks of the three decoder stages, also from full size down.</summary>
    [Length(3, 3)]
    [ReferenceArgument("right_blk_num")]
    public int[] DecoderBlocks { get; set; } = [2, 2, 2];
}

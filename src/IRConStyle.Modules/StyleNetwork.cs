using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>
/// The convolutional network that ConStyle uses as query and as key encoder: four stages that halve the image, two latents.
/// Source: IRConStyle, https://arxiv.org/abs/2402.15784.
/// </summary>
public class StyleNetwork : Module
{
    /// <summary>Channels of the last stage, pooled to one pixel.</summary>
    protected const int PooledSize = 256;

    /// <summary>Length of both latents.</summary>
    public const int LatentSize = 128;

    [ComponentName(Name = "stage1")]
    private readonly Sequential _stage1 = Sequential(Conv(3, 16), Conv(16, 16), Conv(16, 32, stride: 2));

    [ComponentName(Name = "stage2")]
    private readonly Sequential _stage2 = Sequential(Conv(32, 32), Conv(32, 64, stride: 2));

    [ComponentName(Name = "stage3")]
    private readonly Sequential _stage3 = Sequential(Conv(64, 128), Conv(128, 128, stride: 2));

    [ComponentName(Name = "stage4")]
    private readonly Sequential _stage4 = Sequential(Conv(128, 256), Conv(256, 256, stride: 2));

    [ComponentName(Name = "mlp1")]
    private readonly Sequential _mlp1 = Mlp(PooledSize);

    [ComponentName(Name = "mlp2")]
    private readonly Sequential _mlp2 = Mlp(LatentSize);

    /// <summary>Builds the network with random weights.</summary>
    public StyleNetwork()
        : base(nameof(StyleNetwork))
    {
        // By hand, because a derived network's own layers come after these.
        register_module("stage1", _stage1);
        register_module("stage2", _stage2);
        register_module("stage3", _stage3);
        register_module("stage4", _stage4);
        register_module("mlp1", _mlp1);
        register_module("mlp2", _mlp2);
    }

    /// <summary>What <see cref="Encode"/> returns.</summary>
    public static StyleSpec Spec { get; } =
        new([LatentSize, LatentSize], [new(32, 2), new(64, 4), new(128, 8)]);

    /// <summary>Encodes images.</summary>
    /// <param name="image">N×3×H×W, RGB in [0,1].</param>
    /// <returns>A style code whose tensors the caller owns.</returns>
    public StyleCode Encode(Tensor image)
    {
        using var scope = NewDisposeScope();
        var fine = _stage1.call(image.ToChannelsLast());        // N×32×H/2×W/2
        var middle = _stage2.call(fine);                        // N×64×H/4×W/4
        var coarse = _stage3.call(middle);                      // N×128×H/8×W/8
        var pooled = functional.adaptive_avg_pool2d(_stage4.call(coarse), 1).flatten(1);
        var first = _mlp1.call(pooled);                         // N×128
        var second = _mlp2.call(first);                         // N×128
        var style = new StyleCode([first, second], [fine, middle, coarse]) { ClassLogits = Classify(pooled) };
        foreach (var output in style.Tensors())
            output.MoveToOuterDisposeScope();
        return style;
    }

    /// <summary>Guesses the kind of image; by default there is no such guess.</summary>
    /// <param name="pooled">N×<see cref="PooledSize"/>, the last stage's mean over the image.</param>
    /// <returns>N×classes, owned by the caller, or null.</returns>
    protected virtual Tensor? Classify(Tensor pooled) => null;

    private static Sequential Conv(int input, int output, int stride = 1) =>
        Layers.ConvActivation(input, output, 3, Layers.LeakyRelu(), stride);

    private static Sequential Mlp(int input) =>
        Sequential(Linear(input, LatentSize), BatchNorm1d(LatentSize), GELU());
}

using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Benchmarks;

/// <summary>The U-Net of the paper's ConStyle-X networks as one would write it down first.</summary>
/// <param name="weights">Parameters by their state_dict names.</param>
/// <param name="blocks">Blocks of the stages l1, l2, l3, bottom, r3, r2, r1.</param>
public abstract class PlainStyledUNet(IReadOnlyDictionary<string, Tensor> weights, int[] blocks) : PlainNetwork(weights), IPlainForm
{
    /// <inheritdoc/>
    public Tensor Restore(Tensor image, StyleCode? style)
    {
        ArgumentNullException.ThrowIfNull(style);
        using var scope = NewDisposeScope();
        var l1 = Stage("Process_Module_l1", blocks[0], Preprocess("Preprocess_Module", image));
        var l2 = Stage("Process_Module_l2", blocks[1], Down(1, l1, style));
        var l3 = Stage("Process_Module_l3", blocks[2], Down(2, l2, style));
        var bottom = Stage("Process_Module_bottom", blocks[3], Down(3, l3, style));

        var latent = functional.linear(style.Latents[^1], Weights["mlp.0.weight"], Weights["mlp.0.bias"]).unsqueeze(-1).unsqueeze(-1);
        var x = Convolve("local_fusion", cat([bottom, bottom * latent], 1));

        x = Stage("Process_Module_r3", blocks[4], Up(3, x, l3));
        x = Stage("Process_Module_r2", blocks[5], Up(2, x, l2));
        x = Stage("Process_Module_r1", blocks[6], Up(1, x, l1));
        return (Finetune("Finetune_Module", x) + image).MoveToOuterDisposeScope();
    }

    /// <summary>From image to features.</summary>
    protected virtual Tensor Preprocess(string name, Tensor image) => Convolve($"{name}.0", image, 1);

    /// <summary>From features to image.</summary>
    protected virtual Tensor Finetune(string name, Tensor x) => Convolve($"{name}.0", x, 1);

    /// <summary>The activation behind the convolution that fits a feature map of the encoder.</summary>
    protected virtual Tensor Activate(string name, Tensor x) => functional.leaky_relu(x, 0.1);

    private Tensor Down(int level, Tensor x, StyleCode style)
    {
        using var scope = NewDisposeScope();
        var down = functional.pixel_unshuffle(Convolve($"DC{level}.down.0", x, 1), 2);
        var name = $"AffineTransform{level - 1}";
        var feature = Activate($"{name}.1", Convolve($"{name}.0", style.Features[level - 1].contiguous()));
        return cat([down, feature], 1).MoveToOuterDisposeScope();
    }

    private Tensor Up(int level, Tensor x, Tensor skip)
    {
        using var scope = NewDisposeScope();
        var up = functional.pixel_shuffle(Convolve($"UC{level}.up.0", x, 1), 2);
        return Convolve($"UC{level}.down", cat([up, skip], 1)).MoveToOuterDisposeScope();
    }
}

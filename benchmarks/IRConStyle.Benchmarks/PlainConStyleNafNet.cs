using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Benchmarks;

/// <summary>
/// ConStyle NAFNet as one would write it down first: channels-first tensors, layer norm composed of elementary operations,
/// nothing in place. The baseline that the fast form is measured against and has to agree with.
/// </summary>
/// <param name="weights">Parameters by their state_dict names.</param>
/// <param name="blocks">Blocks of the stages l1, l2, l3, bottom, r3, r2, r1.</param>
public sealed class PlainConStyleNafNet(IReadOnlyDictionary<string, Tensor> weights, int[] blocks)
{
    private const double Epsilon = 1e-6;

    /// <summary>Restores images.</summary>
    /// <param name="image">N×3×H×W, H and W multiples of 8.</param>
    /// <param name="style">The style code of the same images.</param>
    /// <returns>N×3×H×W, owned by the caller.</returns>
    public Tensor Restore(Tensor image, StyleCode style)
    {
        using var scope = NewDisposeScope();
        var l1 = Stage("Process_Module_l1", blocks[0], Convolve("Preprocess_Module.0", image, 1));
        var l2 = Stage("Process_Module_l2", blocks[1], Down(1, l1, style));
        var l3 = Stage("Process_Module_l3", blocks[2], Down(2, l2, style));
        var bottom = Stage("Process_Module_bottom", blocks[3], Down(3, l3, style));

        var latent = functional.linear(style.Latents[^1], weights["mlp.0.weight"], weights["mlp.0.bias"]).unsqueeze(-1).unsqueeze(-1);
        var x = Convolve("local_fusion", cat([bottom, bottom * latent], 1));

        x = Stage("Process_Module_r3", blocks[4], Up(3, x, l3));
        x = Stage("Process_Module_r2", blocks[5], Up(2, x, l2));
        x = Stage("Process_Module_r1", blocks[6], Up(1, x, l1));
        return (Convolve("Finetune_Module.0", x, 1) + image).MoveToOuterDisposeScope();
    }

    private Tensor Down(int level, Tensor x, StyleCode style)
    {
        using var scope = NewDisposeScope();
        var down = functional.pixel_unshuffle(Convolve($"DC{level}.down.0", x, 1), 2);
        var feature = functional.leaky_relu(Convolve($"AffineTransform{level - 1}.0", style.Features[level - 1].contiguous()), 0.1);
        return cat([down, feature], 1).MoveToOuterDisposeScope();
    }

    private Tensor Up(int level, Tensor x, Tensor skip)
    {
        using var scope = NewDisposeScope();
        var up = functional.pixel_shuffle(Convolve($"UC{level}.up.0", x, 1), 2);
        return Convolve($"UC{level}.down", cat([up, skip], 1)).MoveToOuterDisposeScope();
    }

    private Tensor Stage(string name, int count, Tensor x)
    {
        for (var i = 0; i < count; i++)
            x = Block($"{name}.{i}", x);
        return x;
    }

    private Tensor Block(string name, Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = Convolve($"{name}.conv1", Normalize($"{name}.norm1", input));
        x = Gate(Convolve($"{name}.conv2", x, 1, groups: x.shape[1]));
        x *= Convolve($"{name}.sca.1", x.mean([2, 3], keepdim: true));
        var y = input + (Convolve($"{name}.conv3", x) * weights[$"{name}.beta"]);
        x = Gate(Convolve($"{name}.conv4", Normalize($"{name}.norm2", y)));
        return (y + (Convolve($"{name}.conv5", x) * weights[$"{name}.gamma"])).MoveToOuterDisposeScope();
    }

    private Tensor Normalize(string name, Tensor x)
    {
        using var scope = NewDisposeScope();
        var centred = x - x.mean([1], keepdim: true);
        var normalized = centred / (centred.pow(2).mean([1], keepdim: true) + Epsilon).sqrt();
        return (weights[$"{name}.weight"].view(1, -1, 1, 1) * normalized + weights[$"{name}.bias"].view(1, -1, 1, 1))
            .MoveToOuterDisposeScope();
    }

    private static Tensor Gate(Tensor x)
    {
        var halves = x.chunk(2, 1);
        return halves[0] * halves[1];
    }

    private Tensor Convolve(string name, Tensor x, int padding = 0, long groups = 1)
        => functional.conv2d(
            x, weights[$"{name}.weight"], weights.GetValueOrDefault($"{name}.bias"), padding: [padding, padding], groups: groups);
}

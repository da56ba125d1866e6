using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Benchmarks;

/// <summary>Restormer as one would write it down first.</summary>
/// <param name="weights">Parameters by their state_dict names.</param>
/// <param name="blocks">Blocks at full size, half, quarter and at the bottom.</param>
/// <param name="refinement">Blocks behind the decoder.</param>
public sealed class PlainRestormer(IReadOnlyDictionary<string, Tensor> weights, int[] blocks, int refinement)
    : PlainNetwork(weights), IPlainForm
{
    private readonly PlainTransformer _transformer = new(weights);

    /// <inheritdoc/>
    public Tensor Restore(Tensor image, StyleCode? style)
    {
        using var scope = NewDisposeScope();
        var embedded = Convolve("patch_embed.proj", image, 1);
        var l1 = Stage("encoder_level1", blocks[0], embedded);
        var l2 = Stage("encoder_level2", blocks[1], functional.pixel_unshuffle(Convolve("down1_2.body.0", l1, 1), 2));
        var l3 = Stage("encoder_level3", blocks[2], functional.pixel_unshuffle(Convolve("down2_3.body.0", l2, 1), 2));
        var x = Stage("latent", blocks[3], functional.pixel_unshuffle(Convolve("down3_4.body.0", l3, 1), 2));

        x = Stage("decoder_level3", blocks[2], Convolve("reduce_chan_level3", Up("up4_3", x, l3)));
        x = Stage("decoder_level2", blocks[1], Convolve("reduce_chan_level2", Up("up3_2", x, l2)));
        x = Stage("decoder_level1", blocks[0], Up("up2_1", x, l1));
        x = Stage("refinement", refinement, x);
        return (Weights.ContainsKey("skip_conv.weight")
            ? Convolve("output", x + Convolve("skip_conv", embedded), 1)
            : Convolve("output", x, 1) + image).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Block(string name, Tensor input) => _transformer.Block(name, input);

    private Tensor Up(string name, Tensor x, Tensor skip)
        => cat([functional.pixel_shuffle(Convolve($"{name}.body.0", x, 1), 2), skip], 1);
}

/// <summary>ConStyle Restormer as one would write it down first.</summary>
/// <param name="weights">Parameters by their state_dict names.</param>
/// <param name="blocks">Blocks of the stages l1, l2, l3, bottom, r3, r2, r1.</param>
/// <param name="refinement">Blocks behind the decoder.</param>
public sealed class PlainConStyleRestormer(IReadOnlyDictionary<string, Tensor> weights, int[] blocks, int refinement)
    : PlainStyledUNet(weights, blocks)
{
    private readonly PlainTransformer _transformer = new(weights);

    /// <inheritdoc/>
    public override Tensor Block(string name, Tensor input) => _transformer.Block(name, input);

    /// <inheritdoc/>
    protected override Tensor Preprocess(string name, Tensor image) => Convolve($"{name}.proj", image, 1);

    /// <inheritdoc/>
    protected override Tensor Finetune(string name, Tensor x) => Convolve($"{name}.{refinement}", Stage(name, refinement, x), 1);

    /// <inheritdoc/>
    protected override Tensor Activate(string name, Tensor x) => functional.prelu(x, Weights[$"{name}.weight"]);
}

/// <summary>The block of both networks.</summary>
/// <param name="weights">Parameters by their state_dict names.</param>
internal sealed class PlainTransformer(IReadOnlyDictionary<string, Tensor> weights) : PlainNetwork(weights)
{
    private const double Epsilon = 1e-5;

    /// <inheritdoc/>
    public override Tensor Block(string name, Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input + Attend($"{name}.attn", Normalize($"{name}.norm1.body", input, Epsilon));
        return (x + Feed($"{name}.ffn", Normalize($"{name}.norm2.body", x, Epsilon))).MoveToOuterDisposeScope();
    }

    private Tensor Attend(string name, Tensor input)
    {
        using var scope = NewDisposeScope();
        var temperature = Weights[$"{name}.temperature"];
        var x = Convolve($"{name}.qkv", input);
        x = Convolve($"{name}.qkv_dwconv", x, 1, groups: x.shape[1]);
        var parts = x.chunk(3, 1).Select(part => part.reshape(input.shape[0], temperature.shape[0], -1, input.shape[2] * input.shape[3])).ToArray();
        var query = functional.normalize(parts[0], dim: -1);
        var key = functional.normalize(parts[1], dim: -1);
        var attention = (query.matmul(key.transpose(-2, -1)) * temperature).softmax(-1);
        return Convolve($"{name}.project_out", attention.matmul(parts[2]).reshape(input.shape)).MoveToOuterDisposeScope();
    }

    private Tensor Feed(string name, Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = Convolve($"{name}.project_in", input);
        var halves = Convolve($"{name}.dwconv", x, 1, groups: x.shape[1]).chunk(2, 1);
        return Convolve($"{name}.project_out", functional.gelu(halves[0]) * halves[1]).MoveToOuterDisposeScope();
    }
}

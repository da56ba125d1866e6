using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Benchmarks;

/// <summary>
/// MAXIM as one would write it down first: permutations to and fro around every layer, layer norm composed of elementary
/// operations, nothing in place. The baseline that the fast form is measured against and has to agree with.
/// </summary>
/// <param name="weights">Parameters by their state_dict names.</param>
/// <param name="sizes">Sizes of blocks and grids.</param>
public sealed class PlainMaxim(IReadOnlyDictionary<string, Tensor> weights, PlainMaximSizes sizes)
    : PlainMaximBlocks(weights, sizes), IPlainForm
{
    /// <inheritdoc/>
    public Tensor Restore(Tensor image, StyleCode? style)
    {
        using var scope = NewDisposeScope();
        var encoded = new Tensor[3];
        Tensor? x = null;
        for (var level = 0; level < 3; level++)
        {
            var head = Convolve($"stage_0_input_conv_{level}", Pick(image, level), 1);
            encoded[level] = Level($"stage_0_encoder_block_{level}", level, x ?? head, head);
            x = Convolve($"stage_0_encoder_block_{level}.Conv_1", encoded[level], 1, stride: 2);
        }

        x = Bottleneck("stage_0_global_block_1", Bottleneck("stage_0_global_block_0", x!));

        var skips = new Tensor[3];
        var global = x;
        for (int level = 2, name = 0; level >= 0; level--, name += 3)
            (skips[level], global) = Gate(
                $"stage_0_cross_gating_block_{level}", level, global,
                Signal($"UpSampleRatio_{name}", encoded[0], Math.ScaleB(1, -level)),
                Signal($"UpSampleRatio_{name + 1}", encoded[1], Math.ScaleB(1, 1 - level)),
                Signal($"UpSampleRatio_{name + 2}", encoded[2], Math.ScaleB(1, 2 - level)));

        for (int level = 2, name = 9; level >= 0; level--, name += 3)
        {
            var decoder = $"stage_0_decoder_block_{level}";
            x = Level(
                $"{decoder}.UNetEncoderBlock_0", level,
                Enlarge($"{decoder}.ConvTranspose_0", x),
                Signal($"UpSampleRatio_{name}", skips[2], Math.ScaleB(1, 2 - level)),
                Signal($"UpSampleRatio_{name + 1}", skips[1], Math.ScaleB(1, 1 - level)),
                Signal($"UpSampleRatio_{name + 2}", skips[0], Math.ScaleB(1, -level)));
        }

        return (Convolve("stage_0_output_conv_0", x, 1) + image).MoveToOuterDisposeScope();
    }
}

/// <summary>ConStyle MAXIM, written down like <see cref="PlainMaxim"/>.</summary>
/// <param name="weights">Parameters by their state_dict names.</param>
/// <param name="sizes">Sizes of blocks and grids.</param>
/// <param name="bottleneckBlocks">Blocks of the bottleneck.</param>
public sealed class PlainConStyleMaxim(IReadOnlyDictionary<string, Tensor> weights, PlainMaximSizes sizes, int bottleneckBlocks)
    : PlainMaximBlocks(weights, sizes), IPlainForm
{
    /// <inheritdoc/>
    public Tensor Restore(Tensor image, StyleCode? style)
    {
        using var scope = NewDisposeScope();
        var encoded = new Tensor[3];
        Tensor? x = null;
        for (var level = 0; level < 3; level++)
        {
            var head = Convolve($"stage_input_conv_{level}", Pick(image, level), 1);
            encoded[level] = Level($"Process_Module_l{level + 1}", level, x ?? head, head);
            var down = functional.pixel_unshuffle(Convolve($"DC{level + 1}.down.0", encoded[level], 1), 2);
            var feature = Convolve($"AffineTransform{level}.0", style!.Features[level].contiguous());
            x = cat([down, functional.leaky_relu(feature, 0.1)], 1);
        }

        for (var i = 0; i < bottleneckBlocks; i++)
            x = Bottleneck($"Process_Module_bottom.{i}", x!);
        var latent = Project("mlp.0", style!.Latents[^1]).unsqueeze(-1).unsqueeze(-1);
        x = Convolve("local_fusion", cat([x!, x! * latent], 1));

        var skips = new Tensor[3];
        var global = x;
        for (int level = 2, name = 0; level >= 0; level--, name += 3)
            (skips[level], global) = Gate(
                $"cross_gating_block_{level}", level, global,
                Signal($"UpSampleRatio_{name}", encoded[0], Math.ScaleB(1, -level)),
                Signal($"UpSampleRatio_{name + 1}", encoded[1], Math.ScaleB(1, 1 - level)),
                Signal($"UpSampleRatio_{name + 2}", encoded[2], Math.ScaleB(1, 2 - level)));

        for (int level = 2, name = 9; level >= 0; level--, name += 3)
            x = Level(
                $"Process_Module_r{level + 1}.UNetEncoderBlock_0", level,
                functional.pixel_shuffle(Convolve($"UC{level + 1}.up.0", x, 1), 2),
                Signal($"UpSampleRatio_{name}", skips[2], Math.ScaleB(1, 2 - level)),
                Signal($"UpSampleRatio_{name + 1}", skips[1], Math.ScaleB(1, 1 - level)),
                Signal($"UpSampleRatio_{name + 2}", skips[0], Math.ScaleB(1, -level)));

        return (Convolve("Finetune_Module.0", x, 1) + image).MoveToOuterDisposeScope();
    }
}

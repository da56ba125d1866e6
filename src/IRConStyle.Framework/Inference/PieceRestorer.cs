using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Inference;

/// <summary>Restores a piece of an image that fits the device: a tile, or the whole.</summary>
internal sealed class PieceRestorer(RestorationNetwork network, Device device, InferenceOptions options)
{
    private readonly ScalarType _type = options.Precision switch
    {
        InferencePrecision.BFloat16 => ScalarType.BFloat16,
        InferencePrecision.Float16 => ScalarType.Float16,
        _ => ScalarType.Float32,
    };

    /// <summary>What the sides of images have to be multiples of.</summary>
    public int SizeMultiple => network.Backbone.Spec.SizeMultiple;

    /// <summary>What the sides and places of tiles have to be multiples of, so that feature maps of a tile are parts of the whole's.</summary>
    public long TileMultiple { get; } = LeastCommonMultiple(
        network.Backbone.Spec.SizeMultiple,
        network.Encoder?.Spec.Features.Select(feature => (long)feature.Stride).DefaultIfEmpty(1).Max() ?? 1);

    /// <summary>Restores a piece.</summary>
    /// <param name="input">1×C×H×W float32 on the CPU, H and W multiples.</param>
    /// <param name="latents">The latents of the whole image; null for those of the piece.</param>
    /// <returns>1×C×H×W float32 on the CPU, in the caller's scope.</returns>
    public Tensor Restore(Tensor input, Tensor[]? latents)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var restored = options.Ensemble ? SelfEnsemble.Restore(input, piece => Pass(piece, latents)) : Pass(input, latents);
        return RestorationStrength.Blend(input, restored, options.Strength, options.Texture).MoveToOuterDisposeScope();
    }

    /// <summary>The latents of parts of an image.</summary>
    /// <param name="input">1×C×H×W float32 on the CPU.</param>
    /// <returns>Float32 tensors in the caller's scope; null for a network without style.</returns>
    public Tensor[]? Latents(Tensor input)
    {
        if (!network.Backbone.Spec.RequiresStyle)
            return null;
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        return [.. network.Encoder!.Encode(network.ToEncoder(input.to(_type, device))).Latents
            .Select(latent => latent.to(ScalarType.Float32).MoveToOuterDisposeScope())];
    }

    /// <summary>One pass through the network, in one orientation and at full strength.</summary>
    /// <inheritdoc cref="Restore"/>
    public Tensor Pass(Tensor input, Tensor[]? latents)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        Func<Tensor, StyleCode>? encode = latents is null ? null
            : colour => network.Encoder!.Encode(colour) with { Latents = [.. latents.Select(latent => latent.to(_type))] };
        var output = network.Restore(input.to(_type, device), encode);
        var images = RestorationNetwork.ToImages(output, count: 1, input.shape[1]);
        return images.to(ScalarType.Float32, CPU).MoveToOuterDisposeScope();
    }

    private static long LeastCommonMultiple(long a, long b)
    {
        var (x, y) = (a, b);
        while (y != 0)
            (x, y) = (y, x % y);
        return a / x * b;
    }
}

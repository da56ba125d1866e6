using TorchSharp;

namespace IRConStyle.Abstractions;

/// <summary>A network from degraded to restored image. Owns its module.</summary>
public interface IBackbone
{
    /// <summary>What the network asks of its input.</summary>
    BackboneSpec Spec { get; }

    /// <summary>Holds the parameters and buffers under the authors' state_dict names.</summary>
    torch.nn.Module Module { get; }

    /// <summary>Restores images.</summary>
    /// <param name="degraded">
    /// N×C×H×W, nominally in [0,1], H and W multiples of <see cref="BackboneSpec.SizeMultiple"/>; the engine pads and crops.
    /// </param>
    /// <param name="style">The style code of the same images; null unless <see cref="BackboneSpec.RequiresStyle"/>.</param>
    /// <returns>N×<see cref="BackboneSpec.OutputChannels"/>×H×W, not clamped, owned by the caller.</returns>
    torch.Tensor Restore(torch.Tensor degraded, StyleCode? style);

    /// <summary>
    /// Whether a parameter has no part in the result. Some authors' networks have such ones, and their checkpoints load
    /// strictly only where they exist.
    /// </summary>
    /// <param name="stateName">A name within <see cref="Module"/>.</param>
    bool IsDormant(string stateName) => false;
}

/// <summary>What a backbone asks of its input.</summary>
/// <param name="InputChannels">Channels of the degraded image.</param>
/// <param name="SizeMultiple">Height and width must be multiples of this; 1 when the network takes any size.</param>
/// <param name="RequiresStyle">Whether <see cref="IBackbone.Restore"/> needs a style code.</param>
public sealed record BackboneSpec(int InputChannels, int SizeMultiple, bool RequiresStyle)
{
    /// <summary>Channels of the restored image; those of the input unless set.</summary>
    public int OutputChannels { get; init; } = InputChannels;

    /// <summary>
    /// Float32 numbers that the network, its style encoder included, keeps at once for each pixel of the image, at its most:
    /// decides from which size on an image is restored in tiles. About what a U-Net of 48 channels needs unless set.
    /// </summary>
    public double NumbersPerPixel { get; init; } = 1024;
}

using TorchSharp;

namespace IRConStyle.Abstractions;

/// <summary>What a style encoder says about one or several images.</summary>
/// <param name="Latents">
/// One N×D tensor per latent, in the order of <see cref="StyleSpec.LatentSizes"/>; not normalised. Networks of the paper
/// are modulated by the last one.
/// </param>
/// <param name="Features">
/// One N×C×h×w feature map per entry of <see cref="StyleSpec.Features"/>, finest first.
/// </param>
public sealed record StyleCode(IReadOnlyList<torch.Tensor> Latents, IReadOnlyList<torch.Tensor> Features)
{
    /// <summary>N×classes, the encoder's guess at the kind of image (logits); null where it has no classifier.</summary>
    public torch.Tensor? ClassLogits { get; init; }

    /// <summary>All tensors of the style code.</summary>
    public IEnumerable<torch.Tensor> Tensors()
    {
        var tensors = Latents.Concat(Features);
        return ClassLogits is null ? tensors : tensors.Append(ClassLogits);
    }
}

/// <summary>The shape of a <see cref="StyleCode"/>.</summary>
/// <param name="LatentSizes">Length D of each latent.</param>
/// <param name="Features">Each feature map, finest first.</param>
public sealed record StyleSpec(IReadOnlyList<int> LatentSizes, IReadOnlyList<FeatureSpec> Features);

/// <summary>The shape of one feature map.</summary>
/// <param name="Channels">Its channels.</param>
/// <param name="Stride">
/// How many image pixels one cell covers along each side; the map of an H×W image is ceil(H/Stride)×ceil(W/Stride).
/// </param>
public sealed record FeatureSpec(int Channels, int Stride);

using TorchSharp;

namespace IRConStyle.Abstractions;

/// <summary>Describes a degraded image as a <see cref="StyleCode"/>. Owns its module.</summary>
public interface IStyleEncoder
{
    /// <summary>The shape of what <see cref="Encode"/> returns.</summary>
    StyleSpec Spec { get; }

    /// <summary>
    /// What stands before the encoder's state names in a checkpoint of a whole pipeline, for example <c>ConStyle.</c>.
    /// </summary>
    string StatePrefix { get; }

    /// <summary>Holds the parameters and buffers under the authors' state_dict names.</summary>
    torch.nn.Module Module { get; }

    /// <summary>
    /// Whether a state name is needed for training only (momentum encoder, queue), not for restoring. Also true of names
    /// this instance does not have, so that a checkpoint of a whole training fits an encoder that only restores.
    /// </summary>
    /// <param name="stateName">A name within <see cref="Module"/>, without the prefix.</param>
    bool IsTrainingState(string stateName) => false;

    /// <summary>Encodes images.</summary>
    /// <param name="image">N×3×H×W, RGB in [0,1], any H and W from 1 up.</param>
    /// <returns>A style code whose tensors the caller owns.</returns>
    StyleCode Encode(torch.Tensor image);
}

/// <summary>The training side of an encoder that learns by contrast.</summary>
public interface IContrastiveStyleEncoder : IStyleEncoder
{
    /// <summary>
    /// One training step's forward pass: encodes queries, updates the momentum encoder, encodes keys, reads negatives,
    /// and writes the queue.
    /// </summary>
    /// <param name="degraded">N×3×H×W queries, RGB, nominally in [0,1].</param>
    /// <param name="clean">N×3×H×W positive keys, RGB in [0,1].</param>
    /// <returns>What the contrastive losses need; the caller owns its tensors.</returns>
    /// <exception cref="IRConStyleException">The queue length is no multiple of N.</exception>
    ContrastiveOutput EncodePair(torch.Tensor degraded, torch.Tensor clean);
}

/// <summary>What one contrastive forward pass yields.</summary>
/// <param name="Query">The style code of the degraded images, with gradient.</param>
/// <param name="PositiveKey">N×D, the momentum encoder's last latent of the clean images, without gradient.</param>
/// <param name="Negatives">One N×D tensor per latent, drawn from the queue, without gradient.</param>
/// <param name="Logits">N×(1+K), positive first, divided by the temperature.</param>
/// <param name="Labels">N class indices (int64), all zero: the positive.</param>
public sealed record ContrastiveOutput(
    StyleCode Query,
    torch.Tensor PositiveKey,
    IReadOnlyList<torch.Tensor> Negatives,
    torch.Tensor Logits,
    torch.Tensor Labels);

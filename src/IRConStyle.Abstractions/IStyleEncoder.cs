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

/// <summary>
/// The training side of an encoder that learns by contrast. One step of the engine: the momentum encoder follows the query
/// encoder (<see cref="Followers"/>), <see cref="EncodePair"/>, the backward pass, <see cref="Enqueue"/>.
/// </summary>
public interface IContrastiveStyleEncoder : IStyleEncoder
{
    /// <summary>How much of itself a follower keeps in each step, 0 to 1.</summary>
    double Momentum { get; }

    /// <summary>
    /// The momentum encoder's parameters beside those they follow, which the engine moves: all at once where they lie in one
    /// buffer. Taken anew after the module went to another device.
    /// </summary>
    IReadOnlyList<FollowedParameter> Followers { get; }

    /// <summary>Encodes queries and keys and reads negatives; neither the momentum encoder nor the queue moves.</summary>
    /// <param name="degraded">N×3×H×W queries, RGB, nominally in [0,1].</param>
    /// <param name="clean">N×3×H×W positive keys, RGB in [0,1].</param>
    /// <returns>What the contrastive losses need; the caller owns its tensors.</returns>
    /// <exception cref="IRConStyleException">The batch is longer than the queue, or too small for the encoder.</exception>
    ContrastiveOutput EncodePair(torch.Tensor degraded, torch.Tensor clean);

    /// <summary>
    /// Replaces the oldest negatives by this batch. Call it after the backward pass, which needs the queue as it was read.
    /// </summary>
    /// <param name="output">What <see cref="EncodePair"/> returned.</param>
    void Enqueue(ContrastiveOutput output);
}

/// <summary>A parameter of a momentum encoder and the one it follows.</summary>
/// <param name="Leader">The query encoder's parameter.</param>
/// <param name="Follower">The momentum encoder's parameter of the same shape, without gradient.</param>
public sealed record FollowedParameter(torch.Tensor Leader, torch.Tensor Follower);

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

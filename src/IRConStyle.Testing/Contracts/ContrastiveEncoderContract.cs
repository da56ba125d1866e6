using IRConStyle.Abstractions;
using IRConStyle.Testing.Support;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Contracts;

/// <summary>What holds for every <see cref="IContrastiveStyleEncoder"/>, beside what <see cref="EncoderContract"/> says of its restoring side.</summary>
public static class ContrastiveEncoderContract
{
    private const int Batch = 4, OddBatch = 5, Batches = 12;

    /// <summary>All checks.</summary>
    public static IReadOnlyList<ContractCheck> Checks { get; } = ContractCheck.ListOf<IContrastiveStyleEncoder, EncoderUnderTest>(
        ReturnsWhatLossesNeed, FollowsItsLeaders, MovesNothingWhileEncoding, TakesBatchesThatDoNotDivideItsQueue,
        TrainsItsQuerySideAlone, LeavesNoTensorsBehindInTraining);

    /// <summary>A pair gives queries with gradient, keys and negatives without, logits and labels of the positive.</summary>
    /// <param name="subject">The encoder, whose training side is an <see cref="IContrastiveStyleEncoder"/>.</param>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public static void ReturnsWhatLossesNeed(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        var encoder = Build(subject);
        using var module = encoder.Module;
        var sizes = encoder.Spec.LatentSizes;
        Require.That(sizes.Count > 0, "its style has no latent", "Contrast is between latents: state at least one in Spec.");
        var output = encoder.EncodePair(Images(Batch), Images(Batch));
        Require.That(output.Query.Latents.Count == sizes.Count, $"there are {output.Query.Latents.Count} latents of the query", $"Spec says {sizes.Count}.");
        Require.That(output.Query.Latents.All(latent => latent.requires_grad), "a latent of the query has no gradient", "Encode queries with gradients, keys without.");
        Require.Shape(output.PositiveKey, "the positive key", "It is N×D, the last latent of the clean images.", Batch, sizes[^1]);
        Require.That(output.Negatives.Count == sizes.Count, $"there are {output.Negatives.Count} tensors of negatives", $"There is one for each of {sizes.Count} latents.");
        foreach (var (negative, size) in output.Negatives.Zip(sizes))
            Require.Shape(negative, "a tensor of negatives", "It is N×D, D as in Spec.LatentSizes.", Batch, size);
        Require.That(output.Negatives.Append(output.PositiveKey).All(tensor => !tensor.requires_grad), "keys or negatives have a gradient", "Compute them in torch.no_grad().");
        Require.That(output.Logits.dim() == 2 && output.Logits.shape[0] == Batch && output.Logits.shape[1] > 1, $"the logits are {Tensors.Text(output.Logits)}", "They are N×(1+K), positive first.");
        Require.Shape(output.Labels, "Labels", "There is one for each image.", Batch);
        Require.That(output.Labels.dtype == ScalarType.Int64 && Tensors.Peak(output.Labels) == 0, "a label is not 0", "The positive stands first: all labels are 0 (int64).");
    }

    /// <summary>Followers begin as copies of other parameters, and have no gradient.</summary>
    /// <inheritdoc cref="ReturnsWhatLossesNeed"/>
    public static void FollowsItsLeaders(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        var encoder = Build(subject);
        using var module = encoder.Module;
        Require.That(encoder.Momentum is >= 0 and <= 1, FormattableString.Invariant($"Momentum is {encoder.Momentum}"), "It is from 0 to 1.");
        Require.That(encoder.Followers.Count > 0, "nothing follows", "List the momentum encoder's parameters in Followers.");
        foreach (var (leader, follower) in encoder.Followers)
        {
            Require.That(leader.requires_grad && !follower.requires_grad, "a leader has no gradient, or a follower has one", "Set requires_grad to false on followers alone.");
            Require.That(!ReferenceEquals(leader, follower), "a parameter follows itself", "The momentum encoder has parameters of its own.");
            Require.Same(leader, follower, "a follower begins with other values than its leader", "Copy the query network's values when the encoder is built.");
        }
    }

    /// <summary>Encoding a pair moves neither parameters nor queue; <see cref="IContrastiveStyleEncoder.Enqueue"/> moves the queue.</summary>
    /// <inheritdoc cref="ReturnsWhatLossesNeed"/>
    public static void MovesNothingWhileEncoding(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        var encoder = Build(subject);
        using var module = encoder.Module;
        Networks.Disturb(module);
        var (degraded, clean) = (Images(Batch), Images(Batch));
        var first = encoder.EncodePair(degraded, clean);
        var second = encoder.EncodePair(degraded, clean);
        // Batch statistics are used while training, so that nothing may differ unless something moved.
        foreach (var (before, after) in first.Negatives.Append(first.Logits).Zip(second.Negatives.Append(second.Logits)))
            Require.Same(before, after, "encoding a pair moves the momentum encoder or the queue", "Move the queue in Enqueue; the engine moves Followers.");
        encoder.Enqueue(second);
        Require.That(
            !Tensors.AreIdentical(encoder.EncodePair(degraded, clean).Logits, first.Logits),
            "the logits are the same before and after Enqueue", "Replace the oldest negatives by the batch.");
    }

    /// <summary>Batches of any length go around the queue.</summary>
    /// <inheritdoc cref="ReturnsWhatLossesNeed"/>
    public static void TakesBatchesThatDoNotDivideItsQueue(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        var encoder = Build(subject);
        using var module = encoder.Module;
        for (var step = 0; step < Batches; step++)
        {
            using var pass = NewDisposeScope();
            encoder.Enqueue(encoder.EncodePair(Images(OddBatch), Images(OddBatch)));
        }

        Require.Finite(encoder.EncodePair(Images(OddBatch), Images(OddBatch)).Logits, $"the logits after {Batches} batches of {OddBatch}");
    }

    /// <summary>Gradients reach all parameters of the query side, and no training state.</summary>
    /// <inheritdoc cref="ReturnsWhatLossesNeed"/>
    public static void TrainsItsQuerySideAlone(EncoderUnderTest subject) => Networks.RequireGradients(seed =>
    {
        using var scope = Trial.Begin(seed);
        var encoder = Build(subject, seed);
        using var module = encoder.Module;
        var output = encoder.EncodePair(Images(Batch), Images(Batch));
        output.Query.Tensors().Append(output.Logits).Select(tensor => tensor.square().sum()).Aggregate((sum, term) => sum + term).backward();
        List<string> silent = [];
        foreach (var (name, parameter) in module.named_parameters())
        {
            var gradient = Networks.LargestGradient(name, parameter);
            if (encoder.IsTrainingState(name))
                Require.That(gradient == 0, $"{name} is of the momentum encoder and gets a gradient", "Encode keys in torch.no_grad().");
            else if (gradient == 0)
                silent.Add(name);
        }

        return silent;
    });

    /// <summary>Nothing is left of a step, in a dispose scope.</summary>
    /// <inheritdoc cref="ReturnsWhatLossesNeed"/>
    public static void LeavesNoTensorsBehindInTraining(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        var encoder = Build(subject);
        using var module = encoder.Module;
        var (degraded, clean) = (Images(Batch), Images(Batch));
        Trial.RequireNothingLeft(
            () =>
            {
                using var step = NewDisposeScope();
                var output = encoder.EncodePair(degraded, clean);
                output.Logits.square().sum().backward();
                encoder.Enqueue(output);
            },
            "A step of training");
    }

    private static Tensor Images(int count) => rand(count, 3, 16, 16);

    private static IContrastiveStyleEncoder Build(EncoderUnderTest subject, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(subject);
        random.manual_seed(seed);
        var encoder = subject.Create(true) as IContrastiveStyleEncoder
            ?? throw new ContractViolationException("its training side does not learn by contrast", "Build an IContrastiveStyleEncoder when EncoderContext.Training is true.");
        encoder.Module.train();
        return encoder;
    }
}

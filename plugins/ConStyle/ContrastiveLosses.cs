using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.ConStyle;

/// <summary>InfoNCE: the positive key is to be told from the queue. Source: https://arxiv.org/abs/1911.05722.</summary>
internal sealed class InfoNceLoss : IContrastiveLoss
{
    public Tensor Compute(ContrastiveOutput output) => functional.cross_entropy(output.Logits, output.Labels);
}

/// <summary>Mean square distance of the last latent to its positive key.</summary>
internal sealed class ContentLoss : IContrastiveLoss
{
    public Tensor Compute(ContrastiveOutput output) => functional.mse_loss(output.Query.Latents[^1], output.PositiveKey);
}

/// <summary>
/// Pushes the similarities within the batch away from those within the negatives: minus the mean square difference of
/// their Gram matrices x·xᵀ/(N·D), summed over the latents. Its value is not above 0.
/// </summary>
internal sealed class StyleLoss : IContrastiveLoss
{
    public Tensor Compute(ContrastiveOutput output)
    {
        using var scope = NewDisposeScope();
        var terms = output.Query.Latents.Zip(
            output.Negatives, (query, negative) => functional.mse_loss(Gram(query), Gram(negative)));
        return terms.Aggregate((sum, term) => sum + term).neg().MoveToOuterDisposeScope();
    }

    private static Tensor Gram(Tensor latents) => latents.mm(latents.t()).div(latents.numel());
}

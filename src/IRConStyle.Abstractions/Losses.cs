using TorchSharp;

namespace IRConStyle.Abstractions;

/// <summary>A differentiable measure of how far restored images are from clean ones; less is better.</summary>
public interface IRestorationLoss
{
    /// <summary>Computes the loss.</summary>
    /// <param name="restored">N×C×H×W.</param>
    /// <param name="clean">N×C×H×W, in [0,1].</param>
    /// <returns>A scalar, owned by the caller; its weight in the sum is the pipeline's business.</returns>
    torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean);
}

/// <summary>A differentiable loss on what a contrastive encoder yields.</summary>
public interface IContrastiveLoss
{
    /// <summary>Computes the loss.</summary>
    /// <param name="output">One training step's contrastive output.</param>
    /// <returns>A scalar, owned by the caller; its weight in the sum is the pipeline's business.</returns>
    torch.Tensor Compute(ContrastiveOutput output);
}

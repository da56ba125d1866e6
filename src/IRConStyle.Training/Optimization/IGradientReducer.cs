using TorchSharp;

namespace IRConStyle.Training.Optimization;

/// <summary>Combines the gradients of several processes that train together; register one with the host's services.</summary>
public interface IGradientReducer
{
    /// <summary>Replaces the gradients by their mean over all processes: one all-reduce of one buffer.</summary>
    /// <param name="gradients">All gradients, one dimension, on the training's device; changed in place.</param>
    void Reduce(torch.Tensor gradients);
}

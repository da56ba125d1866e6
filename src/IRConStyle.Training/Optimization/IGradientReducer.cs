using TorchSharp;

namespace IRConStyle.Training.Optimization;

/// <summary>Combines the gradients of several processes that train together; register one with the host's services.</summary>
/// <remarks>
/// All processes run the same configuration with the same seeds, so that they begin with the same weights. Of every iteration
/// each takes its own batches: together they see exactly the samples that one process with <see cref="Size"/> times
/// <c>Training:AccumulateBatches</c> takes, batch <c>i</c> of an iteration in the process of rank <c>i</c> modulo <see cref="Size"/>.
/// What a process writes is its own: give each another output folder.
/// </remarks>
public interface IGradientReducer
{
    /// <summary>Which process this is, from 0 to <see cref="Size"/> − 1.</summary>
    int Rank { get; }

    /// <summary>How many processes train together; at least 1.</summary>
    int Size { get; }

    /// <summary>Replaces the gradients by their mean over all processes: one all-reduce of one buffer.</summary>
    /// <param name="gradients">All gradients, one dimension, on the training's device; changed in place.</param>
    void Reduce(torch.Tensor gradients);
}

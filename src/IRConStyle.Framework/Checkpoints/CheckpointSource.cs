using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>A tensor that is to be written, made when its turn comes, so that not all need be in memory at once.</summary>
/// <param name="Entry">Its name, type and shape.</param>
/// <param name="Load">Makes it; the writer disposes the result.</param>
public sealed record CheckpointSource(CheckpointEntry Entry, Func<torch.Tensor> Load)
{
    /// <summary>Takes tensors that are in memory; they are neither changed nor disposed.</summary>
    /// <param name="tensors">Names and tensors.</param>
    public static IReadOnlyList<CheckpointSource> Of(IEnumerable<(string Name, torch.Tensor Value)> tensors)
        => [.. tensors.Select(tensor => new CheckpointSource(
            new CheckpointEntry(tensor.Name, tensor.Value.dtype, tensor.Value.shape), () => tensor.Value.detach().DetachFromDisposeScope()))];

    /// <summary>Makes the tensor.</summary>
    /// <returns>A contiguous CPU tensor, owned by the caller, in no dispose scope.</returns>
    internal torch.Tensor Make()
    {
        using var scope = torch.NewDisposeScope();
        using var tensor = Load();
        if (tensor.dtype != Entry.Type || !tensor.shape.AsSpan().SequenceEqual(Entry.Shape))
            throw new InvalidOperationException($"{Entry.Name} is not of the type and shape that were announced.");
        return tensor.detach().resolve_conj().cpu().contiguous().DetachFromDisposeScope();
    }
}

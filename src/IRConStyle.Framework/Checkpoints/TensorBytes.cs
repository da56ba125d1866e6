using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>The memory of tensors as bytes.</summary>
internal static class TensorBytes
{
    // A span counts its bytes in an int, a tensor in a long.
    private const long ChunkBytes = 1 << 28;

    /// <summary>Receives part of a tensor's memory.</summary>
    public delegate void Visitor(Span<byte> bytes);

    /// <summary>Visits a tensor's memory from the first element to the last, in pieces.</summary>
    /// <param name="tensor">A contiguous CPU tensor.</param>
    /// <param name="visit">Called for each piece; not at all for an empty tensor.</param>
    public static void ForEach(torch.Tensor tensor, Visitor visit)
    {
        var count = tensor.numel();
        if (count == 0)
            return;
        using var flat = tensor.detach().reshape(count).DetachFromDisposeScope();
        var step = ChunkBytes / tensor.ElementSize;
        for (long start = 0; start < count; start += step)
        {
            using var piece = flat.narrow(0, start, Math.Min(step, count - start)).DetachFromDisposeScope();
            visit(piece.bytes);
        }
    }
}

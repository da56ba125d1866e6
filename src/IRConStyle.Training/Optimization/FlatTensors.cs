using TorchSharp;

namespace IRConStyle.Training.Optimization;

/// <summary>
/// Tensors of one type and device that lie one behind the other in a single buffer, of which each becomes a view: what is
/// done to all of them is done to the buffer in one operation.
/// </summary>
public sealed class FlatTensors : IDisposable
{
    private readonly (long Offset, long[] Shape)[] _places;

    private FlatTensors(torch.Tensor buffer, (long Offset, long[] Shape)[] places) => (Buffer, _places) = (buffer, places);

    /// <summary>All numbers, one dimension; owned by this object.</summary>
    public torch.Tensor Buffer { get; }

    /// <summary>How many tensors there are.</summary>
    public int Count => _places.Length;

    /// <summary>Moves tensors into one buffer. They keep their values, and from now on share their memory with it.</summary>
    /// <param name="tensors">At least one; all of one type and device. Moving them to another device ends the sharing.</param>
    public static FlatTensors Absorb(IReadOnlyList<torch.Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var flat = Like(tensors, tensors[0].dtype);
        foreach (var (tensor, index) in tensors.Select((tensor, index) => (tensor, index)))
        {
            var view = flat.View(index);
            view.copy_(tensor);
            tensor.set_(view);
        }

        return flat;
    }

    /// <summary>A buffer of zeros with the layout of tensors, which stay as they are.</summary>
    /// <param name="tensors">At least one.</param>
    /// <param name="type">The buffer's type.</param>
    public static FlatTensors Like(IReadOnlyList<torch.Tensor> tensors, torch.ScalarType type)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        long offset = 0;
        var places = new (long Offset, long[] Shape)[tensors.Count];
        for (var i = 0; i < tensors.Count; i++)
        {
            places[i] = (offset, tensors[i].shape);
            offset += tensors[i].numel();
        }

        return new FlatTensors(torch.zeros(offset, type, tensors[0].device).DetachFromDisposeScope(), places);
    }

    /// <summary>Another buffer of zeros with the same layout.</summary>
    /// <param name="type">Its type.</param>
    public FlatTensors Empty(torch.ScalarType type)
        => new(torch.zeros(Buffer.numel(), type, Buffer.device).DetachFromDisposeScope(), _places);

    /// <summary>One of the tensors as a view into the buffer.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <returns>A view, owned by the caller.</returns>
    public torch.Tensor View(int index)
    {
        using var scope = torch.NewDisposeScope();
        var (offset, shape) = _places[index];
        return Buffer.narrow(0, offset, shape.Aggregate(1L, (product, side) => product * side)).view(shape).MoveToOuterDisposeScope();
    }

    /// <summary>The part of the buffer that a run of tensors takes.</summary>
    /// <param name="first">The first tensor.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <returns>A view of one dimension, owned by the caller.</returns>
    public torch.Tensor Range(int first, int count)
    {
        var start = _places[first].Offset;
        var end = first + count == _places.Length ? Buffer.numel() : _places[first + count].Offset;
        return Buffer.narrow(0, start, end - start);
    }

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();
}

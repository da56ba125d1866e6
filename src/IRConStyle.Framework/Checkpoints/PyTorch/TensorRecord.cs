using TorchSharp;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>One-dimensional data in the file, or a part of it.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">What it holds; null for bytes that take their type from the tensor.</param>
/// <param name="Offset">Where this part begins, in elements (bytes where there is no type).</param>
/// <param name="Count">How long this part is, in elements (bytes where there is no type).</param>
internal sealed record StorageRecord(string Key, ElementType? Type, long Offset, long Count);

/// <summary>A tensor as the file describes it: a view of a storage. All numbers are checked against the storage.</summary>
/// <param name="StorageKey">The storage's name in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Start">First byte of element 0 within the storage.</param>
/// <param name="Extent">How many elements of the storage lie between the first and the last used one, both counted; 0 for an empty tensor.</param>
/// <param name="Shape">Dimensions.</param>
/// <param name="Strides">Steps between neighbours, in elements.</param>
internal sealed record TensorRecord(string StorageKey, ElementType Type, long Start, long Extent, long[] Shape, long[] Strides)
{
    private const int MaximumDimensions = 64;

    // Expanded tensors claim more elements than are stored; beyond this they are no weights but an attack on memory.
    private const long MaximumExpanded = 1 << 20;

    /// <summary>One past the last byte used within the storage.</summary>
    public long End => checked(Start + (Extent * Type.Size));

    /// <summary>Whether the elements lie one after the other in the file.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (var i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                    return Extent == 0;
                expected *= Shape[i];
            }

            return true;
        }
    }

    /// <summary>Makes a view of a storage.</summary>
    /// <exception cref="CheckpointProblem">The view does not lie within the storage.</exception>
    /// <exception cref="OverflowException">The view is larger than any tensor can be.</exception>
    public static TensorRecord Create(StorageRecord storage, ElementType type, long offset, long[] shape, long[] strides)
    {
        if (shape.Length != strides.Length || shape.Length > MaximumDimensions)
            throw CheckpointProblem.Malformed($"a tensor has {shape.Length} dimensions and {strides.Length} strides");
        if (offset < 0 || Array.Exists(shape, length => length < 0) || Array.Exists(strides, stride => stride < 0))
            throw CheckpointProblem.Malformed("a tensor has a negative offset, dimension or stride");

        // Empty dimensions count as one first, so that an empty tensor cannot hide dimensions no tensor can have.
        _ = shape.Aggregate((long)type.Size, (product, length) => checked(product * Math.Max(length, 1)));
        var elements = shape.Aggregate(1L, (product, length) => product * length);
        var unit = storage.Type is null ? type.Size : 1;
        var available = storage.Count / unit;
        // An element's place plus one: the sum begins with that one, so that it, too, is checked.
        var extent = elements == 0 ? 0 : shape.Zip(strides).Aggregate(1L, (sum, axis) => checked(sum + (axis.Second * (axis.First - 1))));
        if (extent > 0 && checked(offset + extent) > available)
            throw CheckpointProblem.Malformed($"a tensor needs elements {offset} to {offset + extent} of a storage of {available}");
        if (elements > Math.Max(extent, MaximumExpanded))
            throw CheckpointProblem.Malformed($"a tensor repeats {extent} stored elements {elements / extent} times");
        var first = checked((storage.Offset * (type.Size / unit)) + (offset * type.Size));
        return new TensorRecord(storage.Key, type, extent == 0 ? 0 : first, extent, shape, strides);
    }
}

/// <summary>An element type.</summary>
/// <param name="Type">The type as torch knows it.</param>
/// <param name="Size">Bytes of one element.</param>
internal sealed record ElementType(torch.ScalarType Type, int Size);

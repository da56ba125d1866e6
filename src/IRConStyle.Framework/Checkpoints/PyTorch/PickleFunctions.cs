using System.Buffers.Binary;
using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>What the functions that a checkpoint may call build here.</summary>
internal static partial class PickleGlobals
{
    private static readonly (string Name, Builder Build)[] Functions =
    [
        ("collections.OrderedDict", BuildDictionary),
        ("collections.Counter", BuildDictionary),
        ("builtins.set", BuildList), ("__builtin__.set", BuildList),
        ("builtins.bytes", EmptyBytes), ("__builtin__.bytes", EmptyBytes),
        ("_codecs.encode", Encode),
        ("torch.Size", Size),
        ("torch.device", (arguments, _) => new PickleText(Argument<string>(arguments, 0))),
        ("torch._utils._rebuild_tensor", (arguments, _) => RebuildTensor(arguments, 4)),
        ("torch._utils._rebuild_tensor_v2", (arguments, _) => RebuildTensor(arguments, 6)),
        ("torch._utils._rebuild_tensor_v3", RebuildTyped),
        ("torch._utils._rebuild_parameter", (arguments, _) => Argument<TensorRecord>(arguments, 0)),
        ("torch._utils._rebuild_parameter_with_state", (arguments, _) => Argument<TensorRecord>(arguments, 0)),
        ("torch._tensor._rebuild_from_type_v2", (arguments, charge)
            => Argument<TensorRecord>([Argument<Function>(arguments, 0).Call(Argument<PickleTuple>(arguments, 2).Items, charge)], 0)),
        ("numpy.dtype", (arguments, _) => new NumpyType(Argument<string>(arguments, 0))),
        ("numpy.core.multiarray.scalar", NumpyScalar), ("numpy._core.multiarray.scalar", NumpyScalar),
    ];

    private static T Argument<T>(object?[] arguments, int index)
        => index < arguments.Length && arguments[index] is T value
            ? value
            : throw CheckpointProblem.Malformed($"argument {index} of a call is {(index < arguments.Length ? Describe(arguments[index]) : "missing")}");

    // OrderedDict() as Python 3 writes it, Counter({...}), or OrderedDict([[key, value], …]) as Python 2 did.
    private static PickleDict BuildDictionary(object?[] arguments, Action<long> charge)
    {
        var result = new PickleDict();
        if (arguments is [PickleDict source])
        {
            charge(source.Items.Count);
            result.Items.AddRange(source.Items);
        }
        else if (arguments is [PickleList pairs])
        {
            charge(pairs.Items.Count);
            foreach (var pair in pairs.Items)
            {
                var (key, value) = pair switch
                {
                    PickleList { Items: [var first, var second] } => (first, second),
                    PickleTuple { Items: [var first, var second] } => (first, second),
                    _ => throw CheckpointProblem.Malformed($"{Describe(pair)} stands for a key and a value"),
                };
                result.Items.Add(KeyValuePair.Create(key, value));
            }
        }
        else if (arguments.Length > 0)
        {
            throw CheckpointProblem.Malformed($"a dictionary is made of {Describe(arguments[0])}");
        }

        return result;
    }

    private static PickleList BuildList(object?[] arguments, Action<long> charge)
    {
        var result = new PickleList();
        if (arguments.Length == 0)
            return result;
        var source = Argument<PickleList>(arguments, 0);
        charge(source.Items.Count);
        result.Items.AddRange(source.Items);
        return result;
    }

    private static object EmptyBytes(object?[] arguments, Action<long> charge)
        => arguments.Length == 0 ? Array.Empty<byte>() : throw CheckpointProblem.Malformed("it makes bytes of other values");

    // Protocol 2 has no bytes: Python 3 writes them as text whose characters are the bytes.
    private static object Encode(object?[] arguments, Action<long> charge)
    {
        var text = Argument<string>(arguments, 0);
        charge(text.Length);
        if (Argument<string>(arguments, 1) != "latin1" || text.Any(letter => letter > 0xff))
            throw CheckpointProblem.Malformed("it encodes text that stands for no bytes");
        return Encoding.Latin1.GetBytes(text);
    }

    private static PickleTuple Size(object?[] arguments, Action<long> charge) => Argument<PickleTuple>(arguments, 0);

    // (storage, offset, size, stride) and, from version 2, (requires_grad, backward_hooks[, metadata]).
    private static TensorRecord RebuildTensor(object?[] arguments, int metadata)
    {
        var storage = Argument<StorageRecord>(arguments, 0);
        var type = storage.Type ?? throw CheckpointProblem.Malformed("a tensor has no element type");
        return RebuildTensor(arguments, storage, type, metadata);
    }

    // As version 2, with the element type before the metadata: for types that have no class of storages.
    private static TensorRecord RebuildTyped(object?[] arguments, Action<long> charge)
    {
        var (storage, type) = (Argument<StorageRecord>(arguments, 0), Argument<TypeGlobal>(arguments, 6).Type);
        if (storage.Type is not null && storage.Type != type)
            throw CheckpointProblem.Malformed("a tensor has another type than its storage");
        return RebuildTensor(arguments, storage, type, 7);
    }

    private static TensorRecord RebuildTensor(object?[] arguments, StorageRecord storage, ElementType type, int metadata)
    {
        // Conjugation and negation that Python left to be done later.
        if (arguments.Length > metadata && arguments[metadata] is PickleDict { Items.Count: > 0 })
            throw new CheckpointProblem("holds a tensor with a pending conjugation or negation", "In Python, save tensor.resolve_conj().resolve_neg().");
        return TensorRecord.Create(storage, type, Argument<long>(arguments, 1), Numbers(arguments, 2), Numbers(arguments, 3));
    }

    private static long[] Numbers(object?[] arguments, int index)
    {
        var items = Argument<PickleTuple>(arguments, index).Items;
        return items.Length <= 64
            ? [.. items.Select((_, i) => Argument<long>(items, i))]
            : throw CheckpointProblem.Malformed($"a tensor has {items.Length} dimensions");
    }

    private static object NumpyScalar(object?[] arguments, Action<long> charge)
    {
        var (type, bytes) = (Argument<NumpyType>(arguments, 0).Name, Argument<byte[]>(arguments, 1));
        return (type, bytes.Length) switch
        {
            ("f8", 8) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            ("f4", 4) => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
            ("i8", 8) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            ("i4", 4) => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
            ("b1", 1) => bytes[0] != 0,
            _ => throw new CheckpointProblem($"holds a NumPy number of type {Show(type)}, which is not read", CheckpointProblem.SaveAgain),
        };
    }

    private sealed record NumpyType(string Name);
}

using System.Buffers.Binary;
using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>What the functions that a checkpoint may call build here.</summary>
internal static partial class PickleGlobals
{
    private static readonly (string Name, Builder Build)[] Functions =
    [
        ("collections.OrderedDict", (arguments, charge) => BuildDictionary("collections.OrderedDict", arguments, charge)),
        ("collections.Counter", (arguments, charge) => BuildDictionary("collections.Counter", arguments, charge)),
        ("builtins.set", BuildList), ("__builtin__.set", BuildList),
        ("builtins.bytes", EmptyBytes), ("__builtin__.bytes", EmptyBytes),
        ("_codecs.encode", Encode),
        ("torch.Size", Size),
        ("torch.device", (arguments, _) => arguments is [string device, ..] ? new PickleText(device) : new PickleObject("torch.device", arguments)),
        ("torch._utils._rebuild_tensor", (arguments, _) => Refused(arguments) ?? RebuildTensor(arguments, 4)),
        ("torch._utils._rebuild_tensor_v2", (arguments, _) => Refused(arguments) ?? RebuildTensor(arguments, 6)),
        ("torch._utils._rebuild_tensor_v3", RebuildTyped),
        ("torch._utils._rebuild_parameter", (arguments, _) => Refused(arguments) ?? (object)Argument<TensorRecord>(arguments, 0)),
        ("torch._utils._rebuild_parameter_with_state", (arguments, _) => Refused(arguments) ?? (object)Argument<TensorRecord>(arguments, 0)),
        ("torch._tensor._rebuild_from_type_v2", RebuildOfType),
        ("numpy.dtype", Numpy),
        ("numpy.core.multiarray.scalar", NumpyScalar), ("numpy._core.multiarray.scalar", NumpyScalar),
    ];

    private static readonly string[] TensorClasses = ["torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer"];

    private static T Argument<T>(object?[] arguments, int index)
        => index < arguments.Length && arguments[index] is T value
            ? value
            : throw CheckpointProblem.Malformed($"argument {index} of a call is {(index < arguments.Length ? Describe(arguments[index]) : "missing")}");

    // OrderedDict() as Python 3 writes it, Counter({...}), or OrderedDict([[key, value], …]) as Python 2 did.
    private static object BuildDictionary(string name, object?[] arguments, Action<long> charge)
    {
        var result = new PickleDict();
        switch (arguments)
        {
            case []:
                return result;
            case [PickleDict source]:
                charge(source.Items.Count);
                result.Items.AddRange(source.Items);
                return result;
            case [PickleList pairs]:
                charge(pairs.Items.Count);
                result.Items.AddRange(pairs.Items.Select(Pair).OfType<KeyValuePair<object?, object?>>());
                return result.Items.Count == pairs.Items.Count ? result : new PickleObject(name, arguments);
            default:
                return new PickleObject(name, arguments);
        }

        static KeyValuePair<object?, object?>? Pair(object? pair) => pair switch
        {
            PickleList { Items: [var key, var value] } => KeyValuePair.Create(key, value),
            PickleTuple { Items: [var key, var value] } => KeyValuePair.Create(key, value),
            _ => null,
        };
    }

    private static object BuildList(object?[] arguments, Action<long> charge)
    {
        if (arguments is not ([] or [PickleList]))
            return new PickleObject("set", arguments);
        var result = new PickleList();
        if (arguments is [PickleList source])
        {
            charge(source.Items.Count);
            result.Items.AddRange(source.Items);
        }

        return result;
    }

    private static object EmptyBytes(object?[] arguments, Action<long> charge)
        => arguments.Length == 0 ? Array.Empty<byte>() : new PickleObject("bytes", arguments);

    // Protocol 2 has no bytes: Python 3 writes them as text whose characters are the bytes.
    private static object Encode(object?[] arguments, Action<long> charge)
    {
        if (arguments is not [string text, "latin1", ..])
            return new PickleObject("bytes", arguments);
        charge(text.Length);
        return text.Any(letter => letter > 0xff) ? new PickleObject("bytes", arguments) : Encoding.Latin1.GetBytes(text);
    }

    private static object Size(object?[] arguments, Action<long> charge)
        => arguments is [PickleTuple size] ? size : new PickleObject("torch.Size", arguments);

    // What depends on something unknown stays so, however often it is wrapped.
    private static object? Refused(object?[] arguments) => arguments is [RefusedTensor refused, ..] ? refused : null;

    // (storage, offset, size, stride) and, from version 2, (requires_grad, backward_hooks[, metadata]).
    private static object RebuildTensor(object?[] arguments, int metadata)
    {
        var storage = Argument<StorageRecord>(arguments, 0);
        var type = storage.Type ?? throw CheckpointProblem.Malformed("a tensor has no element type");
        return RebuildTensor(arguments, storage, type, metadata);
    }

    // As version 2, with the element type before the metadata: for types that have no class of storages.
    private static object RebuildTyped(object?[] arguments, Action<long> charge)
    {
        if (Refused(arguments) is { } refused)
            return refused;
        if (arguments is [_, _, _, _, _, _, PickleGlobal unknown and not TypeGlobal, ..])
            return new RefusedTensor(unknown.Name);
        var (storage, type) = (Argument<StorageRecord>(arguments, 0), Argument<TypeGlobal>(arguments, 6).Type);
        if (storage.Type is not null && storage.Type != type)
            throw CheckpointProblem.Malformed("a tensor has another type than its storage");
        return RebuildTensor(arguments, storage, type, 7);
    }

    private static object RebuildTensor(object?[] arguments, StorageRecord storage, ElementType type, int metadata)
    {
        // Conjugation and negation that Python left to be done later.
        if (arguments.Length > metadata && arguments[metadata] is PickleDict { Items.Count: > 0 })
            return new RefusedTensor("a pending conjugation or negation (save tensor.resolve_conj().resolve_neg())");
        return TensorRecord.Create(storage, type, Argument<long>(arguments, 1), Numbers(arguments, 2), Numbers(arguments, 3));
    }

    // (function, class, arguments, state): a tensor of a class derived from torch.Tensor, whose values may mean anything.
    private static object RebuildOfType(object?[] arguments, Action<long> charge)
    {
        var made = Argument<PickleGlobal>(arguments, 0).Call(Argument<PickleTuple>(arguments, 2).Items, charge);
        return made is TensorRecord && Argument<PickleGlobal>(arguments, 1) is var type && !TensorClasses.Contains(type.Name)
            ? new RefusedTensor(type.Name)
            : made ?? throw CheckpointProblem.Malformed("a tensor is made of nothing");
    }

    private static long[] Numbers(object?[] arguments, int index)
    {
        var items = Argument<PickleTuple>(arguments, index).Items;
        return items.Length <= 64
            ? [.. items.Select((_, i) => Argument<long>(items, i))]
            : throw CheckpointProblem.Malformed($"a tensor has {items.Length} dimensions");
    }

    private static object NumpyScalar(object?[] arguments, Action<long> charge) => arguments switch
    {
        [NumpyType { Name: "f8", IsLittleEndian: true }, byte[] { Length: 8 } bytes] => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        [NumpyType { Name: "f4", IsLittleEndian: true }, byte[] { Length: 4 } bytes] => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
        [NumpyType { Name: "i8", IsLittleEndian: true }, byte[] { Length: 8 } bytes] => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        [NumpyType { Name: "i4", IsLittleEndian: true }, byte[] { Length: 4 } bytes] => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
        [NumpyType { Name: "b1" }, byte[] { Length: 1 } bytes] => bytes[0] != 0,
        _ => new PickleObject("numpy.generic", []),
    };

    private static object Numpy(object?[] arguments, Action<long> charge)
        => arguments is [string name, ..] ? new NumpyType(name) : new PickleObject("numpy.dtype", arguments);

    private sealed class NumpyType(string name)
    {
        public string Name => name;

        public bool IsLittleEndian { get; set; } = true;
    }
}

using System.Numerics;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>
/// The format of torch.save from 0.1.10 to 1.5: pickles of a magic number, a version, the writing system, the value, and the
/// storages' keys; then for each key the count of elements (8 bytes) and the elements.
/// </summary>
internal static class LegacyLayout
{
    private const long Version = 1001;

    private static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads the pickles and finds the storages.</summary>
    public static PyTorchContent Read(CheckpointData data)
    {
        var input = PyTorchContent.Input(data, 0, data.Length);
        if (new PickleMachine(input).Run() is not BigInteger magic || magic != Magic)
            throw new CheckpointProblem("is a pickle, but not one of torch.save", CheckpointProblem.SaveAgain);
        if (new PickleMachine(input).Run() is not Version)
            throw CheckpointProblem.Malformed($"its version is not {Version}");
        if (new PickleMachine(input).Run() is not PickleDict system || !system.TryGet("little_endian", out var little) || little is not true)
            throw new CheckpointProblem("was written with another byte order than little-endian, which is not read", CheckpointProblem.SaveAgain);

        var declared = new Dictionary<string, StorageRecord>(StringComparer.Ordinal);
        var root = new PickleMachine(input, identifier => Resolve(identifier, declared)).Run();
        if (new PickleMachine(input).Run() is not PickleList keys)
            throw CheckpointProblem.Malformed("it has no list of its storages");
        return new PyTorchContent("PyTorch, before 1.6", root, Locate(data, input.Position, keys, declared));
    }

    private static object Resolve(object? identifier, Dictionary<string, StorageRecord> declared)
    {
        if (PyTorchContent.ParseIdentifier(identifier, out var view) is var parsed && parsed is not StorageRecord whole)
            return parsed is RefusedTensor refused
                // Where the next storage begins depends on the size of its elements.
                ? throw new CheckpointProblem($"needs {refused.Needs}, which is not read", CheckpointProblem.SaveAgain)
                : parsed;
        if (!declared.TryAdd(whole.Key, whole) && declared[whole.Key] != whole)
            throw CheckpointProblem.Malformed($"it describes storage {whole.Key} in two ways");
        if (view is null)
            return whole;
        return view.Items is [_, long offset, long count] && offset >= 0 && count >= 0 && offset <= whole.Count && count <= whole.Count - offset
            ? whole with { Offset = offset, Count = count }
            : throw CheckpointProblem.Malformed($"a view of storage {whole.Key} lies outside of it");
    }

    private static Dictionary<string, ByteRange> Locate(
        CheckpointData data, long position, PickleList keys, Dictionary<string, StorageRecord> declared)
    {
        var storages = new Dictionary<string, ByteRange>(StringComparer.Ordinal);
        Span<byte> stored = stackalloc byte[sizeof(long)];
        foreach (var item in keys.Items)
        {
            if (item is not string key || !declared.TryGetValue(key, out var storage))
                throw CheckpointProblem.Malformed("it lists a storage that no tensor names");
            data.ReadExactly(position, stored);
            position += stored.Length;
            var count = System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(stored);
            var length = checked(storage.Count * (storage.Type?.Size ?? 1));
            if (count != storage.Count || length > data.Length - position)
                throw CheckpointProblem.Malformed($"storage {key} of {storage.Count} elements has {count}, and {data.Length - position} bytes follow");
            if (!storages.TryAdd(key, new ByteRange(data, position, length)))
                throw CheckpointProblem.Malformed($"it lists storage {key} twice");
            position += length;
        }

        return storages;
    }
}

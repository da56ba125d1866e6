namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>What a file's pickle says, and where its storages lie.</summary>
/// <param name="Format">Which of the two formats, for people.</param>
/// <param name="Root">The pickled value.</param>
/// <param name="Storages">The storages' bytes by key, of those the file has.</param>
internal sealed record PyTorchContent(string Format, object? Root, IReadOnlyDictionary<string, ByteRange> Storages)
{
    // The pickle of a network of a thousand layers takes a few hundred kilobytes.
    private const long PickleLimit = 64 << 20;

    /// <summary>A pickle's bytes within a file, up to a limit that no weights reach.</summary>
    public static PickleInput Input(ByteSource data, long start, long end)
        => new(data, start, Math.Min(end, start + PickleLimit));

    /// <summary>Reads a persistent identifier: ('storage', class, key, location, count[, view]), or a class with its source.</summary>
    /// <param name="identifier">The identifier.</param>
    /// <param name="view">Key, offset and count of a view, as torch up to 0.4 wrote them; null for a whole storage.</param>
    /// <returns>The storage; or what stands for it or for the class, when it is of a kind that is not read.</returns>
    public static object ParseIdentifier(object? identifier, out PickleTuple? view)
    {
        view = null;
        switch (identifier)
        {
            case PickleTuple { Items: ["storage", StorageGlobal global, string key, _, long count, .. var more] } when count >= 0 && more.Length <= 1:
                view = more is [PickleTuple parts] ? parts : null;
                return new StorageRecord(key, global.Type, 0, count);
            case PickleTuple { Items: ["storage", PickleGlobal unknown, string, ..] }:
                return new RefusedTensor(unknown.Name);
            // torch up to 1.x wrote a network's class with its source beside it.
            case PickleTuple { Items: ["module", PickleGlobal network, ..] }:
                return network;
            default:
                throw CheckpointProblem.Malformed("it refers to data in an unknown way");
        }
    }
}

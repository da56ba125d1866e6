namespace IRConStyle.Framework.Checkpoints.PyTorch;

// What a pickle of torch.save can hold, as data: null, bool, long, BigInteger, double, string and byte[] stand for
// themselves; everything else is one of the following.

/// <summary>A Python tuple (or torch.Size).</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A Python list or set.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>
/// A Python dict or OrderedDict, in order. Keys are not compared here: torch.save never writes one twice, and a reader that
/// cares refuses doubles.
/// </summary>
internal sealed class PickleDict
{
    public List<KeyValuePair<object?, object?>> Items { get; } = [];

    public bool TryGet(string key, out object? value)
    {
        foreach (var item in Items)
        {
            if (item.Key is string name && name == key)
            {
                value = item.Value;
                return true;
            }
        }

        value = null;
        return false;
    }
}

/// <summary>A value without meaning for weights, such as torch.device: kept as text.</summary>
internal sealed record PickleText(string Text);

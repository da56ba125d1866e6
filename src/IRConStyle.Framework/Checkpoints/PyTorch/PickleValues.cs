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

/// <summary>
/// What stands for a Python object of a class that is not known here: what the file says of it, as data. Nothing of Python
/// is looked up, called or made for it.
/// </summary>
/// <param name="name">Its class, or the function that would make it.</param>
/// <param name="arguments">What it would be made of.</param>
internal sealed class PickleObject(string name, object?[] arguments)
{
    public string Name { get; } = name;

    public object?[] Arguments { get; } = arguments;

    /// <summary>Keys and values, where it is a kind of dictionary.</summary>
    public PickleDict Items { get; } = new();

    /// <summary>Items, where it is a kind of list.</summary>
    public PickleList List { get; } = new();

    /// <summary>Its attributes: a dictionary, or whatever its class makes of them; null when it has none.</summary>
    public object? State { get; set; }
}

/// <summary>What stands for a tensor, or a storage, of a kind that is not read.</summary>
/// <param name="Needs">What of Python it depends on.</param>
internal sealed record RefusedTensor(string Needs);

/// <summary>A value without meaning for weights, such as torch.device: kept as text.</summary>
internal sealed record PickleText(string Text);

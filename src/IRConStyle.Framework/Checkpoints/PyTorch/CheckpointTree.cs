using System.Globalization;
using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>A tensor of a pickled value.</summary>
/// <param name="Section">The path of the dictionary that holds it; empty for the root.</param>
/// <param name="Record">The tensor.</param>
internal readonly record struct TreeTensor(string Section, TensorRecord Record);

/// <summary>
/// A pickled value under dotted paths: every tensor with the dictionary it lies in, and every text. Of a whole network
/// (<c>torch.save(model)</c>) the parts have the names that its state dictionary would give them.
/// </summary>
internal sealed class CheckpointTree
{
    // Training frameworks nest a few levels. Shared containers could otherwise unfold without end.
    private const int DepthLimit = 32;
    private const long WorkLimit = 32 << 20;
    private const int ShownArguments = 6;

    // Where a torch.nn.Module keeps what its state dictionary names without them.
    private static readonly string[] ModuleParts = ["_parameters", "_buffers", "_modules"];

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private long _work;

    /// <summary>The tensors by path.</summary>
    public Dictionary<string, TreeTensor> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>What stands where a tensor would, and what of Python it depends on, by path.</summary>
    public Dictionary<string, string> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Numbers, texts and truth values by path, as text.</summary>
    public Dictionary<string, string> Texts { get; } = new(StringComparer.Ordinal);

    /// <summary>Classes of Python objects that are passed over.</summary>
    public SortedSet<string> Classes { get; } = new(StringComparer.Ordinal);

    /// <summary>Walks a pickled value.</summary>
    /// <param name="root">The value.</param>
    public static CheckpointTree Read(object? root)
    {
        var tree = new CheckpointTree();
        tree.Add(root is TensorRecord or RefusedTensor ? "tensor" : "", "", root, 0);
        return tree;
    }

    private void Add(string path, string section, object? value, int depth)
    {
        Charge(depth > DepthLimit ? WorkLimit : 1);
        switch (value)
        {
            case TensorRecord tensor:
                if (!Tensors.TryAdd(path, new TreeTensor(section, tensor)))
                    throw CheckpointProblem.Malformed($"it names {path} twice");
                break;
            case RefusedTensor refused:
                Refused[path] = refused.Needs;
                break;
            case PickleDict dictionary:
                AddItems(path, path, dictionary, depth);
                break;
            case PickleList { Items: var items }:
                AddAll(path, items, depth);
                break;
            case PickleTuple { Items: var items }:
                AddAll(path, items, depth);
                break;
            case PickleObject unknown:
                AddObject(path, path, unknown, depth);
                break;
            default:
                if (TextOf(value) is { } text)
                {
                    Charge(value is string ? 1 : text.Length);
                    Texts[path] = text;
                }

                break;
        }
    }

    private void AddItems(string path, string section, PickleDict dictionary, int depth, Func<string, bool>? isPassedOver = null)
    {
        foreach (var (key, item) in dictionary.Items)
            if (NameOf(key) is var name && isPassedOver?.Invoke(name) != true)
                Add(Join(path, name), section, item, depth + 1);
    }

    private void AddAll(string path, IReadOnlyList<object?> items, int depth)
    {
        // Plain values of lists say nothing without their place.
        for (var i = 0; i < items.Count; i++)
            if (TextOf(items[i]) is null)
                Add(Join(path, i.ToString(CultureInfo.InvariantCulture)), path, items[i], depth + 1);
    }

    // Objects refer to each other in rings, and no deeper than this do they hold weights.
    private void AddObject(string path, string section, PickleObject unknown, int depth)
    {
        if (depth > DepthLimit || !_seen.Add(unknown))
            return;
        Classes.Add(unknown.Name);
        if (path.Length > 0 && SummaryOf(unknown) is { } summary)
            Texts[path] = summary;
        AddItems(path, path, unknown.Items, depth);
        AddAll(path, unknown.List.Items, depth);
        var state = unknown.State is PickleTuple { Items: [PickleDict attributes, ..] } ? attributes : unknown.State as PickleDict;
        if (state is null)
            return;
        if (Array.Exists(ModuleParts, part => state.TryGet(part, out _)))
            AddModule(path, section, state, depth);
        else
            AddItems(path, path, state, depth);
    }

    private void AddModule(string path, string section, PickleDict state, int depth)
    {
        state.TryGet("_non_persistent_buffers_set", out var unsaved);
        var passedOver = (unsaved as PickleList)?.Items.OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var part in ModuleParts)
        {
            if (!state.TryGet(part, out var value) || value is not PickleDict parts)
                continue;
            if (part != "_modules")
                AddItems(path, section, parts, depth, name => passedOver?.Contains(name) == true);
            else
                foreach (var (key, child) in parts.Items)
                    if (child is PickleObject module)
                        AddObject(Join(path, NameOf(key)), section, module, depth + 1);
        }
    }

    private string Join(string path, string key)
    {
        if (path.Length == 0)
            return key;
        // Told before the text is made: long names below one another would otherwise grow with the square.
        Charge(path.Length + key.Length);
        return $"{path}.{key}";
    }

    private void Charge(long work)
    {
        _work += work;
        if (_work >= WorkLimit)
            throw new CheckpointProblem("nests far more values than weights need", CheckpointProblem.SaveAgain);
    }

    private static string NameOf(object? key) => key is string text ? text : TextOf(key) ?? PickleGlobals.Describe(key);

    // As Python prints them.
    private static string? TextOf(object? value) => value switch
    {
        string text => text,
        PickleText text => text.Text,
        PickleGlobal type => type.Name,
        true => "True",
        false => "False",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    // Paths, dates, members of enumerations: a class and a few plain values.
    private string? SummaryOf(PickleObject unknown)
    {
        if (unknown.Arguments is not { Length: > 0 and <= ShownArguments } arguments)
            return null;
        var text = new StringBuilder(unknown.Name).Append('(');
        foreach (var argument in arguments)
        {
            if (TextOf(argument) is not { } shown)
                return null;
            text.Append(text[^1] == '(' ? "" : ", ").Append(shown);
        }

        Charge(text.Length);
        return text.Append(')').ToString();
    }
}

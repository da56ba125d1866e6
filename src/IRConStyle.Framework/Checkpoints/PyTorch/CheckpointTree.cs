using System.Globalization;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>Finds the weights in a pickled value: which dictionary they are in, and their dotted names.</summary>
internal sealed class CheckpointTree
{
    // Training frameworks nest a few levels. Shared containers could otherwise unfold without end.
    private const int DepthLimit = 32;
    private const long WorkLimit = 32 << 20;

    // Averaged weights first: they are what a training is made for. The rest are the names that common trainers use.
    private static readonly string[] Preferred =
        ["params_ema", "state_dict_ema", "model_ema", "ema", "params", "state_dict", "model_state_dict", "model", "generator", "net"];

    private long _work;

    /// <summary>The tensors by dotted name.</summary>
    public Dictionary<string, TensorRecord> Tensors { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>Numbers, texts and truth values by dotted name, as text.</summary>
    public Dictionary<string, string> Texts { get; } = new(StringComparer.Ordinal);

    /// <summary>Dictionaries of tensors below the root.</summary>
    public IReadOnlyList<string> Sections { get; private set; } = [];

    /// <summary>The one that was taken; empty for the root itself.</summary>
    public string Section { get; private set; } = "";

    /// <summary>Takes one section.</summary>
    /// <param name="root">The pickled value.</param>
    /// <param name="section">Its name; null for the best one.</param>
    public static CheckpointTree Read(object? root, string? section)
    {
        var tree = new CheckpointTree();
        var dictionary = root as PickleDict;
        tree.Sections = [.. (dictionary?.Items ?? []).Where(item => item.Key is string && HoldsTensors(item.Value)).Select(item => (string)item.Key!).Distinct()];
        tree.Section = section is null ? tree.Choose(dictionary) : tree.Check(section);
        if (tree.Section.Length == 0)
        {
            tree.Add(root is TensorRecord ? "tensor" : "", root, 0);
        }
        else
        {
            dictionary!.TryGet(tree.Section, out var chosen);
            tree.Add("", chosen, 0);
            foreach (var (key, value) in dictionary.Items)
                if (key is string name && TextOf(value) is { } text)
                    tree.Texts.TryAdd(name, text);
        }

        tree.StripPrefix("module.");
        return tree;
    }

    private static bool HoldsTensors(object? value)
        => value is PickleDict dictionary && dictionary.Items.Exists(item => item is { Key: string, Value: TensorRecord });

    private string Choose(PickleDict? root)
        => Preferred.FirstOrDefault(Sections.Contains) ?? (HoldsTensors(root) || Sections.Count != 1 ? "" : Sections[0]);

    private string Check(string section) => Sections.Contains(section)
        ? section
        : throw new CheckpointProblem(
            $"has no section {section} of weights",
            Sections.Count == 0 ? "It has no sections: leave the section out." : $"Its sections are {string.Join(", ", Sections)}.");

    private void Add(string name, object? value, int depth)
    {
        Charge(depth > DepthLimit ? WorkLimit : 1);
        switch (value)
        {
            case TensorRecord tensor:
                if (!Tensors.TryAdd(name, tensor))
                    throw CheckpointProblem.Malformed($"it names {name} twice");
                break;
            case PickleDict dictionary:
                foreach (var (key, item) in dictionary.Items)
                    Add(Join(name, key is string text ? text : TextOf(key) ?? PickleGlobals.Describe(key)), item, depth + 1);
                break;
            case PickleList { Items: var items }:
                AddAll(name, items, depth);
                break;
            case PickleTuple { Items: var items }:
                AddAll(name, items, depth);
                break;
            default:
                if (TextOf(value) is { } metadata)
                {
                    Charge(value is string ? 1 : metadata.Length);
                    Texts[name] = metadata;
                }

                break;
        }
    }

    private void AddAll(string name, IReadOnlyList<object?> items, int depth)
    {
        for (var i = 0; i < items.Count; i++)
            Add(Join(name, i.ToString(CultureInfo.InvariantCulture)), items[i], depth + 1);
    }

    private string Join(string name, string key)
    {
        if (name.Length == 0)
            return key;
        // Told before the text is made: long names below one another would otherwise grow with the square.
        Charge(name.Length + key.Length);
        return $"{name}.{key}";
    }

    private void Charge(long work)
    {
        _work += work;
        if (_work >= WorkLimit)
            throw new CheckpointProblem("nests far more values than weights need", CheckpointProblem.SaveAgain);
    }

    // As Python prints them.
    private static string? TextOf(object? value) => value switch
    {
        string text => text,
        PickleText text => text.Text,
        TypeGlobal type => type.Name,
        true => "True",
        false => "False",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    private void StripPrefix(string prefix)
    {
        if (Tensors.Count > 0 && Tensors.Keys.All(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length))
            Tensors = Tensors.ToDictionary(item => item.Key[prefix.Length..], item => item.Value, StringComparer.Ordinal);
    }
}

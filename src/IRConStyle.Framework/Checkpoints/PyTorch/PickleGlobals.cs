using System.Collections.Frozen;
using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>A Python class, function or constant that a checkpoint may name.</summary>
/// <param name="Name">Its full name.</param>
internal record PickleGlobal(string Name)
{
    /// <summary>Builds the value that Python would get from calling it.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="charge">Told what copying costs.</param>
    public virtual object? Call(object?[] arguments, Action<long> charge)
        => throw CheckpointProblem.Malformed($"it calls {Name} as a function");
}

/// <summary>A class of storages.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Type">What they hold; null for bytes that take their type from the tensor.</param>
internal sealed record StorageGlobal(string Name, ElementType? Type) : PickleGlobal(Name);

/// <summary>An element type such as torch.float32.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Type">The type.</param>
internal sealed record TypeGlobal(string Name, ElementType Type) : PickleGlobal(Name);

/// <summary>
/// Everything a checkpoint may name: what torch.save writes for weights, optimizers and schedulers. Other names are refused,
/// whatever they are; nothing is looked up anywhere else.
/// </summary>
internal static partial class PickleGlobals
{
    private static readonly FrozenDictionary<string, PickleGlobal> All = Build().ToFrozenDictionary(global => global.Name, StringComparer.Ordinal);

    /// <summary>Finds a name.</summary>
    /// <exception cref="CheckpointProblem">It is not in the list.</exception>
    public static PickleGlobal Find(string module, string name)
        => All.GetValueOrDefault($"{module}.{name}") ?? throw new CheckpointProblem(
            $"needs {Show($"{module}.{name}")} of Python, which is refused: weights are read as data, and nothing in a file is executed",
            CheckpointProblem.SaveAgain);

    /// <summary>Checks the state that a pickle gives to an object. Attributes carry no weights and are not kept.</summary>
    public static void CheckState(object? target, object? state)
    {
        switch (target)
        {
            case PickleDict: // an OrderedDict's attribute _metadata: versions of layers
                return;
            case NumpyType when state is PickleTuple { Items: [_, string order, ..] }:
                if (order == ">")
                    throw new CheckpointProblem("holds big-endian numbers, which are not read", CheckpointProblem.SaveAgain);
                return;
            default:
                throw CheckpointProblem.Malformed($"it changes {Describe(target)}");
        }
    }

    /// <summary>Names a value's kind for messages.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "None",
        bool => "a truth value",
        string => "text",
        byte[] => "bytes",
        PickleGlobal global => global.Name,
        PickleTuple => "a tuple",
        PickleList => "a list",
        PickleDict => "a dictionary",
        StorageRecord => "a storage",
        TensorRecord => "a tensor",
        PickleText or NumpyType => "an object",
        _ => "a number",
    };

    private static string Show(string name)
        => new([.. name.Take(200).Select(letter => char.IsControl(letter) ? '?' : letter)]);

    private static IEnumerable<PickleGlobal> Build()
    {
        foreach (var (storage, dtype, type) in ElementTypes.All)
        {
            yield return new StorageGlobal($"torch.{storage}Storage", type);
            yield return new StorageGlobal($"torch.cuda.{storage}Storage", type);
            yield return new TypeGlobal($"torch.{dtype}", type);
        }

        foreach (var name in new[] { "torch.UntypedStorage", "torch.storage.UntypedStorage", "torch._UntypedStorage", "torch.storage._UntypedStorage" })
            yield return new StorageGlobal(name, null);
        // The classes that _rebuild_from_type_v2 is told to make.
        yield return new PickleGlobal("torch.Tensor");
        yield return new PickleGlobal("torch.nn.parameter.Parameter");
        foreach (var (name, build) in Functions)
            yield return new Function(name, build);
    }

    private delegate object? Builder(object?[] arguments, Action<long> charge);

    private sealed record Function(string Name, Builder Build) : PickleGlobal(Name)
    {
        public override object? Call(object?[] arguments, Action<long> charge) => Build(arguments, charge);
    }
}

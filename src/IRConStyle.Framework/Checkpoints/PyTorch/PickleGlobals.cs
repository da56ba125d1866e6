using System.Collections.Frozen;
using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>A Python class, function or constant that a checkpoint may name.</summary>
/// <param name="Name">Its full name.</param>
internal record PickleGlobal(string Name)
{
    /// <summary>What stands for the value that Python would get from calling it: for all but a few functions, inert data.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="charge">Told what copying costs.</param>
    public virtual object? Call(object?[] arguments, Action<long> charge)
        => Array.Exists(arguments, argument => IsData(argument, charge)) ? new RefusedTensor(Name) : new PickleObject(MadeBy(arguments), arguments);

    // Objects of many classes are made by a function of their library that is given the class.
    private string MadeBy(object?[] arguments) => Name is "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct"
            or "copyreg._reconstructor" or "copy_reg._reconstructor" or "copyreg.__newobj__"
        && arguments is [PickleGlobal made, ..] ? made.Name
        : Name;

    // What is made of data by a function that is not known may be a tensor, and its values could be anything.
    private static bool IsData(object? argument, Action<long> charge)
    {
        if (argument is not PickleTuple { Items: var items })
            return argument is StorageRecord or TensorRecord or RefusedTensor;
        charge(items.Length);
        return Array.Exists(items, item => item is StorageRecord or TensorRecord or RefusedTensor);
    }
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
/// What has a meaning here: what torch.save writes for weights. Every other name stands for itself and nothing else, see
/// <see cref="PickleObject"/>; nothing is looked up anywhere.
/// </summary>
internal static partial class PickleGlobals
{
    private static readonly FrozenDictionary<string, PickleGlobal> All = Build().ToFrozenDictionary(global => global.Name, StringComparer.Ordinal);

    /// <summary>Finds a name; an unknown one stands for itself.</summary>
    public static PickleGlobal Find(string module, string name)
        => All.GetValueOrDefault($"{module}.{name}") ?? new PickleGlobal(Show($"{module}.{name}"));

    /// <summary>Takes down the state that a pickle gives to an object. Attributes of what is known carry no weights and are not kept.</summary>
    public static void SetState(object? target, object? state)
    {
        switch (target)
        {
            case PickleDict: // an OrderedDict's attribute _metadata: versions of layers
                return;
            case NumpyType type when state is PickleTuple { Items: [_, string order, ..] }:
                type.IsLittleEndian = order != ">";
                return;
            case PickleObject unknown:
                unknown.State = state;
                return;
            case RefusedTensor or PickleText or PickleGlobal or NumpyType:
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
        PickleObject unknown => $"an object {unknown.Name}",
        RefusedTensor refused => $"a tensor that needs {refused.Needs}",
        PickleText or NumpyType => "an object",
        _ => "a number",
    };

    /// <summary>A name of the file, fit to be shown.</summary>
    public static string Show(string name)
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
        foreach (var (name, build) in Functions)
            yield return new Function(name, build);
    }

    private delegate object? Builder(object?[] arguments, Action<long> charge);

    private sealed record Function(string Name, Builder Build) : PickleGlobal(Name)
    {
        public override object? Call(object?[] arguments, Action<long> charge) => Build(arguments, charge);
    }
}

using System.Collections.Concurrent;
using TorchSharp;

namespace IRConStyle.Framework.Checks;

/// <summary>Which kinds and shapes of input a component has answered rightly: each is checked once. Safe to use from several threads at once.</summary>
internal sealed class CheckedShapes
{
    // Sets of images have as many sizes as images; checking one of them again costs little.
    private const int Most = 1024;

    private readonly ConcurrentDictionary<Key, bool> _known = new();

    /// <summary>Whether an input of this kind and shape has not been answered rightly yet.</summary>
    /// <param name="input">The component's input, of up to four dimensions.</param>
    /// <param name="variant">Which of the component's methods, or other input.</param>
    public bool IsNew(torch.Tensor input, int variant = 0) => !_known.ContainsKey(KeyOf(input, variant));

    /// <summary>It has been now.</summary>
    /// <param name="input">As in <see cref="IsNew"/>.</param>
    /// <param name="variant">As in <see cref="IsNew"/>.</param>
    public void Add(torch.Tensor input, int variant = 0)
    {
        if (_known.Count >= Most)
            _known.Clear();
        _known[KeyOf(input, variant)] = true;
    }

    /// <summary>A shape for messages: <c>2×3×64×64</c>.</summary>
    public static string Text(params long[] shape) => shape.Length == 0 ? "a scalar" : string.Join('×', shape);

    /// <summary>A result for messages: <c>float32 of 2×3×64×64</c>.</summary>
    public static string Text(torch.Tensor? tensor) => tensor is null ? "nothing" : $"{tensor.dtype.ToString().ToLowerInvariant()} of {Text(tensor.shape)}";

    private static Key KeyOf(torch.Tensor input, int variant)
    {
        var shape = input.shape;
        long At(int dimension) => dimension < shape.Length ? shape[dimension] : -1;
        return new Key(variant, input.dtype, At(0), At(1), At(2), At(3));
    }

    private readonly record struct Key(int Variant, torch.ScalarType Type, long A, long B, long C, long D);
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// 128 bits that follow from some numbers, at the speed of memory. Every step can be undone, so that one changed number always
/// shows. Two in the same of 32 lanes cancel each other with a probability of 2⁻³², changes of all in no lifetime. Not meant
/// against anybody who looks for a pair that does.
/// </summary>
internal record struct Fingerprint
{
    private const uint Factor = 0x9E3779B1;
    private const ulong FirstFactor = 0x9E3779B185EBCA87, SecondFactor = 0xC2B2AE3D27D4EB4F;

    /// <summary>Numbers per round: four vectors, because each waits for its own multiplication.</summary>
    private const int Round = 4 * 8;

    private ulong _first;
    private ulong _second;

    /// <summary>Adds one number.</summary>
    public void Add(ulong value)
    {
        _first = Mix(_first ^ value, FirstFactor);
        _second = Mix(_second ^ BitOperations.RotateLeft(value, 32), SecondFactor);
    }

    /// <summary>Adds the bytes of many.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Span<uint> last = stackalloc uint[Round];
        last.Clear();
        var whole = MemoryMarshal.Cast<byte, uint>(bytes[..(bytes.Length / (Round * sizeof(uint)) * Round * sizeof(uint))]);
        bytes[(whole.Length * sizeof(uint))..].CopyTo(MemoryMarshal.AsBytes(last));

        Span<Vector256<uint>> state = [Vector256.Create(1u), Vector256.Create(2u), Vector256.Create(3u), Vector256.Create(4u)];
        Absorb(whole, state);
        Absorb(last, state);
        foreach (var pair in MemoryMarshal.Cast<Vector256<uint>, ulong>(state))
            Add(pair);
        Add((ulong)bytes.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Absorb(ReadOnlySpan<uint> values, Span<Vector256<uint>> state)
    {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        ref var value = ref MemoryMarshal.GetReference(values);
        for (nuint i = 0; i < (nuint)values.Length; i += Round)
        {
            a = Step(a, Vector256.LoadUnsafe(ref value, i));
            b = Step(b, Vector256.LoadUnsafe(ref value, i + 8));
            c = Step(c, Vector256.LoadUnsafe(ref value, i + 16));
            d = Step(d, Vector256.LoadUnsafe(ref value, i + 24));
        }

        (state[0], state[1], state[2], state[3]) = (a, b, c, d);
    }

    /// <summary>The rotation brings high bits down, because a product carries differences only upwards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Step(Vector256<uint> state, Vector256<uint> value)
    {
        var mixed = state ^ value;
        return ((mixed << 13) | (mixed >>> 19)) * Vector256.Create(Factor);
    }

    private static ulong Mix(ulong value, ulong factor)
    {
        value *= factor;
        return value ^ (value >> 29);
    }
}

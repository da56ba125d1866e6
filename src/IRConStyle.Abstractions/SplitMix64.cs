namespace IRConStyle.Abstractions;

/// <summary>
/// How a seed becomes random values wherever they must come out alike on every system and in every order: SplitMix64
/// (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
/// </summary>
public static class SplitMix64
{
    /// <summary>What the generator's state grows by from one value to the next.</summary>
    public const ulong Increment = 0x9E3779B97F4A7C15UL;

    /// <summary>A bijection of 64 bits that leaves no pattern.</summary>
    /// <param name="state">The generator's state.</param>
    public static ulong Mix(ulong state)
    {
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9UL;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EBUL;
        return state ^ (state >> 31);
    }

    /// <summary>The value at a position of a seed's stream, without the values before it.</summary>
    /// <param name="seed">The stream's seed.</param>
    /// <param name="position">From 0.</param>
    public static ulong At(ulong seed, ulong position) => Mix(seed + (position + 1) * Increment);

    /// <summary>The upper 53 bits of a value as a number from 0 up to, but without, 1.</summary>
    /// <param name="value">Any value of a stream.</param>
    public static double ToUnit(ulong value) => (value >> 11) * (1.0 / (1UL << 53));
}

namespace IRConStyle.Framework.Numerics;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014): well mixed 64-bit values that are a pure function of seed and position.</summary>
internal static class SplitMix
{
    /// <summary>The value at a position of a seed's stream.</summary>
    public static ulong At(ulong seed, ulong position)
    {
        var z = seed + (position + 1) * 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>A permutation of 0 to count − 1 (Fisher–Yates).</summary>
    public static int[] Permutation(ulong seed, int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var j = (int)(At(seed, (ulong)i) % (ulong)(i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}

using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Numerics;

/// <summary>Shuffled orders that are a function of a seed.</summary>
internal static class Permutation
{
    /// <summary>A permutation of 0 to count − 1 (Fisher–Yates).</summary>
    public static int[] Of(ulong seed, int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var j = (int)(SplitMix64.At(seed, (ulong)i) % (ulong)(i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}

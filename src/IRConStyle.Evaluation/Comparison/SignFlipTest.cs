using IRConStyle.Abstractions;

namespace IRConStyle.Evaluation.Comparison;

/// <summary>
/// The paired permutation test of a mean difference (Fisher 1935): if neither side were better, each image's difference might
/// as well have had the other sign. The p-value is the share of all sign patterns whose mean is at least as far from zero as
/// the one that was measured, on either side.
/// </summary>
internal static class SignFlipTest
{
    /// <summary>The most images for which every pattern is counted.</summary>
    public const int ExactUpTo = 20;

    /// <summary>The patterns drawn where there are more images.</summary>
    public const int Draws = 100_000;

    // Patterns with the same mean differ by rounding; they count as equal.
    private const double Rounding = 1e-12;

    private const int GroupSize = 8;

    /// <summary>Tests differences.</summary>
    /// <param name="differences">Finite differences of images.</param>
    /// <param name="seed">Decides what is drawn.</param>
    /// <returns>
    /// The two-sided p-value, and whether all patterns were counted. Of drawn ones it is (hits + 1) / (draws + 1), which is
    /// never zero (Phipson and Smyth 2010).
    /// </returns>
    public static (double P, bool IsExact) Of(IEnumerable<double> differences, ulong seed)
    {
        // A difference of zero has no sign to flip.
        double[] values = [.. differences.Where(difference => difference != 0)];
        var sums = SignedSums(values);
        var least = Math.Abs(values.Sum()) - Rounding * values.Sum(Math.Abs);
        return values.Length <= ExactUpTo
            ? (CountAll(sums, values.Length, least) / (double)(1 << values.Length), true)
            : ((CountDrawn(sums, seed, least) + 1) / (Draws + 1.0), false);
    }

    private static int CountAll(double[][] sums, int count, double least)
    {
        var hits = 0;
        for (var pattern = 0; pattern < 1 << count; pattern++)
        {
            var sum = 0.0;
            for (var group = 0; group < sums.Length; group++)
                sum += sums[group][(pattern >> (GroupSize * group)) & 0xFF];
            if (Math.Abs(sum) >= least)
                hits++;
        }

        return hits;
    }

    private static int CountDrawn(double[][] sums, ulong seed, double least)
    {
        var (hits, position) = (0, 0UL);
        for (var draw = 0; draw < Draws; draw++)
        {
            var (sum, signs) = (0.0, 0UL);
            for (var group = 0; group < sums.Length; group++)
            {
                signs = group % sizeof(ulong) == 0 ? SplitMix64.At(seed, position++) : signs >> GroupSize;
                sum += sums[group][signs & 0xFF];
            }

            if (Math.Abs(sum) >= least)
                hits++;
        }

        return hits;
    }

    /// <summary>For each group of eight values its sum under each pattern of signs: a draw then costs an eighth.</summary>
    private static double[][] SignedSums(double[] values)
        => [.. values.Chunk(GroupSize).Select(group => Enumerable.Range(0, 1 << GroupSize)
            .Select(pattern => group.Select((value, i) => (pattern >> i & 1) == 0 ? value : -value).Sum()).ToArray())];
}

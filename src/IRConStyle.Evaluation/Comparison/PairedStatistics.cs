using MathNet.Numerics.Statistics;

namespace IRConStyle.Evaluation.Comparison;

/// <summary>What differences of images say about the mean difference.</summary>
/// <param name="Count">The images.</param>
/// <param name="Mean">The mean difference; null without images.</param>
/// <param name="Deviation">The sample standard deviation of the differences; null for fewer than two.</param>
/// <param name="Interval">The 95 % confidence interval of the mean by bootstrap (BCa); null for fewer than two images.</param>
/// <param name="P">The two-sided p-value of the sign-flip test; null without images.</param>
/// <param name="IsExact">Whether the test counted every sign pattern, instead of drawing some.</param>
public sealed record PairedStatistics(
    int Count, double? Mean, double? Deviation, ConfidenceInterval? Interval, double? P, bool IsExact)
{
    /// <summary>The level of <see cref="Interval"/>.</summary>
    public const double Level = 0.95;

    /// <summary>
    /// The mean over the standard deviation of the differences (Cohen's d for pairs); null where the differences do not vary.
    /// </summary>
    public double? Effect => Deviation > 0 ? Mean / Deviation : null;

    /// <summary>Computes them.</summary>
    /// <param name="differences">Finite differences.</param>
    /// <param name="seed">Decides what is drawn: equal seeds give equal results.</param>
    public static PairedStatistics Of(IReadOnlyList<double> differences, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(differences);
        double[] values = [.. differences];
        if (values.Length == 0)
            return new PairedStatistics(0, null, null, null, null, IsExact: true);
        var (p, isExact) = SignFlipTest.Of(values, seed);
        return new PairedStatistics(
            values.Length,
            ArrayStatistics.Mean(values),
            values.Length < 2 ? null : ArrayStatistics.StandardDeviation(values),
            values.Length < 2 ? null : BootstrapInterval.Of(values, Level, seed),
            p,
            isExact);
    }

    /// <summary>
    /// Corrects p-values for there being several (Holm 1979): who calls everything below 0.05 a difference is then wrong in
    /// one of twenty such lists at most, instead of in one of twenty values.
    /// </summary>
    /// <param name="values">The p-values.</param>
    /// <returns>The corrected ones in the same order.</returns>
    public static IReadOnlyList<double> Holm(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var corrected = new double[values.Count];
        var (rank, largest) = (0, 0.0);
        foreach (var i in Enumerable.Range(0, values.Count).OrderBy(i => values[i]))
        {
            largest = Math.Max(largest, Math.Min(1, values[i] * (values.Count - rank++)));
            corrected[i] = largest;
        }

        return corrected;
    }
}

/// <summary>Where a value lies with a given confidence.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public sealed record ConfidenceInterval(double Low, double High);

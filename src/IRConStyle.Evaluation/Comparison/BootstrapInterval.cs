using IRConStyle.Abstractions;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace IRConStyle.Evaluation.Comparison;

/// <summary>
/// The confidence interval of a mean by bootstrap, bias-corrected and accelerated (BCa; Efron, "Better Bootstrap Confidence
/// Intervals", JASA 1987): the quantiles of resampled means, moved by their bias and by the skewness of the values.
/// </summary>
internal static class BootstrapInterval
{
    /// <summary>How often the values are drawn anew.</summary>
    public const int Resamples = 10_000;

    /// <summary>Makes the interval.</summary>
    /// <param name="values">At least two finite values. Equal ones give an interval without width.</param>
    /// <param name="level">The level, for example 0.95.</param>
    /// <param name="seed">Decides what is drawn.</param>
    public static ConfidenceInterval Of(double[] values, double level, ulong seed)
    {
        var mean = Sum(values) / values.Length;
        var means = ResampledMeans(values, seed);
        Array.Sort(means);
        var (bias, acceleration) = (Bias(means, mean), Acceleration(values, mean));
        return new ConfidenceInterval(
            SortedArrayStatistics.QuantileCustom(means, Moved((1 - level) / 2, bias, acceleration), QuantileDefinition.R7),
            SortedArrayStatistics.QuantileCustom(means, Moved((1 + level) / 2, bias, acceleration), QuantileDefinition.R7));
    }

    private static double[] ResampledMeans(double[] values, ulong seed)
    {
        var means = new double[Resamples];
        var (count, position) = ((ulong)values.Length, 0UL);
        for (var i = 0; i < Resamples; i++)
        {
            var sum = 0.0;
            for (var drawn = 0; drawn < values.Length; drawn += 2)
            {
                // Each half of 64 random bits picks a value.
                var bits = SplitMix64.At(seed, position++);
                sum += values[(uint)bits * count >> 32];
                if (drawn + 1 < values.Length)
                    sum += values[(bits >> 32) * count >> 32];
            }

            means[i] = sum / values.Length;
        }

        return means;
    }

    /// <summary>The normal quantile at which the mean lies among the resampled ones; those equal to it count half.</summary>
    private static double Bias(double[] sorted, double mean)
    {
        var below = sorted.Count(value => value < mean) + sorted.Count(value => value == mean) / 2.0;
        // Means all on one side would move the interval to infinity.
        return Normal.InvCDF(0, 1, Math.Clamp(below, 0.5, Resamples - 0.5) / Resamples);
    }

    /// <summary>The jackknife's estimate, which for a mean needs no leaving out: a sixth of the values' skewness over √n.</summary>
    private static double Acceleration(double[] values, double mean)
    {
        var squares = values.Sum(value => (value - mean) * (value - mean));
        return squares == 0 ? 0 : values.Sum(value => Math.Pow(value - mean, 3)) / (6 * Math.Pow(squares, 1.5));
    }

    private static double Moved(double probability, double bias, double acceleration)
    {
        var z = bias + Normal.InvCDF(0, 1, probability);
        return Normal.CDF(0, 1, bias + z / (1 - acceleration * z));
    }

    // In the order of resampling: of equal values every mean is then the same to the last bit.
    private static double Sum(double[] values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        return sum;
    }
}

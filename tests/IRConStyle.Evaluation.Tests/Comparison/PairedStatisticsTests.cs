using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Comparison;
using MathNet.Numerics.Distributions;

namespace IRConStyle.Evaluation.Tests.Comparison;

public sealed class PairedStatisticsTests
{
    // By hand: the share of sign patterns whose sum is at least as far from zero.
    [Theory]
    [InlineData(new[] { 1.0 }, 1.0)]
    [InlineData(new[] { 1.0, 2.0, 3.0 }, 2 / 8.0)]
    [InlineData(new[] { 1.0, 2.0, -3.0 }, 1.0)]
    [InlineData(new[] { 3.0, 2.0, -1.0 }, 4 / 8.0)]
    [InlineData(new[] { 1.0, 1.0, 1.0, 1.0, -1.0 }, 12 / 32.0)]
    [InlineData(new[] { 0.1, 0.2, 0.3, 0.0, 0.0 }, 2 / 8.0)]
    [InlineData(new[] { 0.0, 0.0 }, 1.0)]
    public void The_exact_test_counts_sign_patterns(double[] gains, double expected)
    {
        var statistics = PairedStatistics.Of(gains, seed: 0);
        statistics.P!.Value.ShouldBe(expected, 1e-15);
        statistics.IsExact.ShouldBeTrue();
    }

    [Fact]
    public void A_constant_gain_has_the_smallest_p_and_an_interval_without_width()
    {
        foreach (var count in new[] { 2, 7, 20 })
        {
            var statistics = PairedStatistics.Of([.. Enumerable.Repeat(0.3, count)], seed: 0);
            statistics.P.ShouldBe(2 / Math.Pow(2, count));
            statistics.Interval.ShouldNotBeNull().Low.ShouldBe(0.3, 1e-15);
            statistics.Interval.High.ShouldBe(statistics.Interval.Low);
            statistics.IsExact.ShouldBeTrue();
        }

        var many = PairedStatistics.Of([.. Enumerable.Repeat(-0.3, 100)], seed: 0);
        many.P.ShouldBe(1 / 100_001.0);
        many.IsExact.ShouldBeFalse();
    }

    [Fact]
    public void Drawn_patterns_agree_with_counted_ones()
    {
        double[] gains = [.. Normals(1, 20).Select(value => value + 0.35)];
        var exact = PairedStatistics.Of(gains, seed: 0);
        // A twenty-first gain, too small to matter, makes the test draw.
        var drawn = PairedStatistics.Of([.. gains, 1e-13], seed: 0);
        (exact.IsExact, drawn.IsExact).ShouldBe((true, false));
        exact.P!.Value.ShouldBeInRange(0.01, 0.5);
        drawn.P!.Value.ShouldBe(exact.P.Value, 5 * Math.Sqrt(exact.P.Value * (1 - exact.P.Value) / 100_000));
    }

    [Fact]
    public void Without_a_difference_p_values_are_uniform()
    {
        double[] values = [.. Enumerable.Range(0, 300).Select(i => PairedStatistics.Of(Normals((ulong)i, 10), seed: 0).P!.Value)];
        // Binomial: three standard deviations on either side of 15, 75 and 150 of 300.
        values.Count(p => p <= 0.05).ShouldBeInRange(4, 27);
        values.Count(p => p <= 0.25).ShouldBeInRange(52, 98);
        values.Count(p => p <= 0.5).ShouldBeInRange(124, 176);
    }

    [Fact]
    public void The_interval_covers_the_mean_about_as_often_as_it_says()
    {
        var covered = Enumerable.Range(0, 300).Count(i => PairedStatistics.Of([.. Normals((ulong)i, 40).Select(value => value + 2)], (ulong)i).Interval is { } interval
            && interval.Low <= 2 && 2 <= interval.High);
        (covered / 300.0).ShouldBeInRange(0.91, 0.98);
    }

    [Fact]
    public void The_interval_of_normal_values_is_that_of_the_normal_distribution()
    {
        var values = Normals(3, 200);
        var statistics = PairedStatistics.Of(values, seed: 0);
        var half = 1.959964 * statistics.Deviation!.Value / Math.Sqrt(200);
        statistics.Interval.ShouldNotBeNull().Low.ShouldBe(statistics.Mean!.Value - half, 0.15 * half);
        statistics.Interval.High.ShouldBe(statistics.Mean.Value + half, 0.15 * half);
    }

    [Fact]
    public void The_interval_of_skewed_values_is_moved_by_bias_and_acceleration()
    {
        // Exponential values. What BCa comes to for a mean (Hall 1988): both ends move by γ(2z² + 1)/(6√n) standard errors,
        // those of plain quantiles only by γ(z² − 1)/(6√n).
        double[] values = [.. Enumerable.Range(0, 100).Select(i => -Math.Log(1 - (i + 0.5) / 100))];
        var statistics = PairedStatistics.Of(values, seed: 0);
        var mean = statistics.Mean!.Value;
        var spread = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        var skewness = values.Average(value => Math.Pow(value - mean, 3)) / Math.Pow(spread, 3);
        var (z, error, move) = (1.959964, spread / 10, skewness * (2 * 1.959964 * 1.959964 + 1) / 60);
        ((statistics.Interval!.Low - mean) / error).ShouldBe(-z + move, 0.08);
        ((statistics.Interval.High - mean) / error).ShouldBe(z + move, 0.08);
        move.ShouldBeGreaterThan(0.24);
    }

    [Fact]
    public void Equal_seeds_give_equal_results_and_other_seeds_nearly_the_same()
    {
        var values = Normals(5, 30);
        PairedStatistics.Of(values, seed: 1).ShouldBe(PairedStatistics.Of(values, seed: 1));
        var (first, second) = (PairedStatistics.Of(values, seed: 1), PairedStatistics.Of(values, seed: 2));
        second.Interval.ShouldNotBe(first.Interval);
        second.Interval!.Low.ShouldBe(first.Interval!.Low, 0.03);
        second.P!.Value.ShouldBe(first.P!.Value, 0.01);
    }

    [Fact]
    public void Few_images_say_little()
    {
        PairedStatistics.Of([], seed: 0).ShouldBe(new PairedStatistics(0, null, null, null, null, true));
        PairedStatistics.Of([0.5], seed: 0).ShouldBe(new PairedStatistics(1, 0.5, null, null, 1, true));
        PairedStatistics.Of([0.5, 0.5], seed: 0).Effect.ShouldBeNull();
        PairedStatistics.Of([1, 3], seed: 0).Effect!.Value.ShouldBe(2 / Math.Sqrt(2), 1e-12);
    }

    [Fact]
    public void Holm_multiplies_by_what_is_left_and_never_falls()
    {
        PairedStatistics.Holm([0.01, 0.04, 0.03, 0.005]).Zip([0.03, 0.06, 0.06, 0.02]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-15);
        PairedStatistics.Holm([0.5, 0.9]).ShouldBe([1, 1]);
        PairedStatistics.Holm([]).ShouldBeEmpty();
    }

    private static double[] Normals(ulong seed, int count)
        => [.. Enumerable.Range(0, count).Select(i => Normal.InvCDF(0, 1, ((SplitMix64.At(seed + 1000, (ulong)i) >> 11) + 0.5) / (1UL << 53)))];
}

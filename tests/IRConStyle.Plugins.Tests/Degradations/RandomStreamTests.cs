using IRConStyle.Plugins.Degradations;

namespace IRConStyle.Plugins.Tests.Degradations;

public class RandomStreamTests
{
    private const int Draws = 100_000;

    [Fact]
    public void Uniform_and_normal_numbers_have_their_moments()
    {
        var random = new RandomStream(1);
        var (mean, variance) = DegradationHost.Moments(Enumerable.Range(0, Draws).Select(_ => random.Next()));
        mean.ShouldBe(0.5, 0.005);
        variance.ShouldBe(1.0 / 12, 0.002);
        (mean, variance) = DegradationHost.Moments(Enumerable.Range(0, Draws).Select(_ => random.Gaussian()));
        mean.ShouldBe(0, 0.015);
        variance.ShouldBe(1, 0.02);
    }

    // Both methods, and the border between them.
    [Theory]
    [InlineData(0.3)]
    [InlineData(4)]
    [InlineData(9.9)]
    [InlineData(10.1)]
    [InlineData(300)]
    [InlineData(20_000)]
    public void The_variance_of_a_Poisson_count_is_its_mean(double expected)
    {
        var random = new RandomStream(2);
        var counts = Enumerable.Range(0, Draws).Select(_ => random.Poisson(expected)).ToList();
        counts.ShouldAllBe(count => count >= 0 && count == Math.Floor(count));
        var (mean, variance) = DegradationHost.Moments(counts);
        mean.ShouldBe(expected, 5 * Math.Sqrt(expected / Draws));
        variance.ShouldBe(expected, 0.03 * expected);
    }

    // e^-4 · 4^k / k!
    [Theory]
    [InlineData(0, 0.018316)]
    [InlineData(2, 0.146525)]
    [InlineData(4, 0.195367)]
    [InlineData(8, 0.029770)]
    public void Small_counts_are_as_frequent_as_Poisson_says(int count, double expected)
    {
        var random = new RandomStream(3);
        (Enumerable.Range(0, Draws).Count(_ => random.Poisson(4) == count) / (double)Draws).ShouldBe(expected, 0.004);
    }

    // 12 at mean 12: e^-12 · 12^12 / 12!
    [Fact]
    public void Rejection_gives_the_frequencies_of_Poisson_too()
    {
        var random = new RandomStream(4);
        var counts = Enumerable.Range(0, Draws).Select(_ => random.Poisson(12)).ToList();
        (counts.Count(count => count == 12) / (double)Draws).ShouldBe(0.114368, 0.004);
        (counts.Count(count => count <= 5) / (double)Draws).ShouldBe(0.020341, 0.002);
    }

    [Fact]
    public void Whole_numbers_reach_both_bounds_evenly()
    {
        var random = new RandomStream(5);
        var counts = Enumerable.Range(0, 60_000).Select(_ => random.Whole(3, 8)).CountBy(value => value).OrderBy(pair => pair.Key).ToList();
        counts.Select(pair => pair.Key).ShouldBe([3, 4, 5, 6, 7, 8]);
        counts.ShouldAllBe(pair => pair.Value > 9_500 && pair.Value < 10_500);
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Framework.Numerics;

namespace IRConStyle.Framework.Tests.Numerics;

public class PermutationTests
{
    /// <summary>The first values of seed 1234567, as the algorithm's public reference implementation gives them.</summary>
    [Theory]
    [InlineData(0, 6457827717110365317UL)]
    [InlineData(1, 3203168211198807973UL)]
    [InlineData(2, 9817491932198370423UL)]
    [InlineData(3, 4593380528125082431UL)]
    [InlineData(4, 16408922859458223821UL)]
    public void It_is_SplitMix64(ulong position, ulong expected) => SplitMix64.At(1234567, position).ShouldBe(expected);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void A_permutation_holds_every_index_once(int count)
        => Permutation.Of(5, count).Order().ShouldBe(Enumerable.Range(0, count));

    [Fact]
    public void A_permutation_is_decided_by_its_seed()
    {
        Permutation.Of(5, 100).ShouldBe(Permutation.Of(5, 100));
        Permutation.Of(5, 100).ShouldNotBe(Permutation.Of(6, 100));
    }

    [Fact]
    public void Every_place_is_as_likely_for_every_index()
    {
        var counts = new int[4, 4];
        for (ulong seed = 0; seed < 4000; seed++)
        {
            var order = Permutation.Of(seed, 4);
            for (var place = 0; place < 4; place++)
                counts[place, order[place]]++;
        }

        counts.Cast<int>().ShouldAllBe(count => count > 850 && count < 1150);
    }
}

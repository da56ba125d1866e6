using IRConStyle.Framework.Tiling;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Tiling;

public sealed class TileGridTests
{
    private static readonly int[] Multiples = [1, 4, 8, 16, 32];

    private readonly record struct Given(int Height, int Width, int Multiple, int Most, int Overlap)
    {
        public TileGrid Plan() => TileGrid.Plan(Height, Width, Multiple, Most, Overlap);
    }

    [Fact]
    public void Tiles_are_of_one_size_lie_on_multiples_and_cover_the_image() => Each(given =>
    {
        var grid = given.Plan();
        var tiles = Enumerable.Range(0, grid.Count).Select(index => grid[index]).ToList();
        tiles.ShouldAllBe(tile => tile.Height == tiles[0].Height && tile.Width == tiles[0].Width);
        tiles.ShouldAllBe(tile => tile.Top % given.Multiple == 0 && tile.Left % given.Multiple == 0
            && tile.Height % given.Multiple == 0 && tile.Width % given.Multiple == 0);
        (grid.Height, grid.Width).ShouldBe((ImagePadding.RoundUp(given.Height, given.Multiple), ImagePadding.RoundUp(given.Width, given.Multiple)));
        tiles.Max(tile => tile.Top + tile.Height).ShouldBe(grid.Height);
        tiles.Max(tile => tile.Left + tile.Width).ShouldBe(grid.Width);
        // Every tile holds something of the image, not of its extension alone.
        tiles.ShouldAllBe(tile => tile.Top < given.Height && tile.Left < given.Width);
    });

    [Fact]
    public void Neighbours_share_what_is_asked_for() => Each(given =>
    {
        var grid = given.Plan();
        var tops = Enumerable.Range(0, grid.Count).Select(index => grid[index].Top).Distinct().Order().ToList();
        var lefts = Enumerable.Range(0, grid.Count).Select(index => grid[index].Left).Distinct().Order().ToList();
        tops.Zip(tops.Skip(1)).ShouldAllBe(pair => pair.First + grid[0].Height - pair.Second >= given.Overlap);
        lefts.Zip(lefts.Skip(1)).ShouldAllBe(pair => pair.First + grid[0].Width - pair.Second >= given.Overlap);
    });

    [Fact]
    public void Tiles_are_small_enough_where_they_can_be() => Each(given =>
    {
        var grid = given.Plan();
        var least = 3 * Math.Max(2 * ImagePadding.RoundUp(given.Overlap, given.Multiple), 2 * given.Multiple);
        if (given.Most >= least * least)
            (grid[0].Height * grid[0].Width).ShouldBeLessThanOrEqualTo(given.Most);
    });

    [Fact]
    public void Weights_are_one_together_everywhere() => Each(
        given =>
        {
            using var scope = torch.NewDisposeScope();
            var grid = given.Plan();
            var sum = torch.zeros(grid.Height, grid.Width);
            for (var index = 0; index < grid.Count; index++)
            {
                var (tile, weights) = (grid[index], grid.Weights(index));
                (weights.min().item<float>() >= 0).ShouldBeTrue();
                sum.narrow(0, tile.Top, tile.Height).narrow(1, tile.Left, tile.Width).add_(weights);
            }

            (sum - 1).abs().max().item<float>().ShouldBeLessThan(1e-5f);
        },
        count: 40);

    [Fact]
    public void A_large_photograph_costs_little_more_in_tiles()
    {
        var grid = TileGrid.Plan(3000, 4000, 8, 330_000, 32);
        grid.Count.ShouldBeGreaterThan(30);
        (grid.Pixels / 12e6).ShouldBeLessThan(1.15);
    }

    [Fact]
    public void What_fits_is_one_tile() => TileGrid.Plan(100, 200, 8, 104 * 200, 32).Count.ShouldBe(1);

    /// <summary>Images, sizes and overlaps of all kinds, the same in every run.</summary>
    private static void Each(Action<Given> check, int count = 400)
    {
        var random = new Random(7);
        for (var i = 0; i < count; i++)
        {
            var given = new Given(
                random.Next(1, 700), random.Next(1, 700), Multiples[random.Next(Multiples.Length)], random.Next(1_000, 200_000), random.Next(0, 49));
            Should.NotThrow(() => check(given), given.ToString());
        }
    }
}

using IRConStyle.Framework.Checkpoints;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Checkpoints;

public sealed class StateMismatchTests
{
    [Fact]
    public void What_fits_is_no_mismatch()
        => Find(["a [2]", "queue [3]"], ["a [2]", "key [1]"], mayBeAbsent: "queue", ignored: "key").IsEmpty.ShouldBeTrue();

    [Fact]
    public void A_missing_name_stands_beside_the_unexpected_one_it_most_resembles()
    {
        var mismatch = Find(
            ["block.0.conv.weight [4×4]", "block.1.conv.weight [4×4]", "tail.bias [4]"],
            ["net.block.1.conv.weight [4×4]", "net.block.0.conv.weight [4×4]", "other [7]"]);

        mismatch.Summary().ShouldBe("3 missing, 3 unexpected");
        mismatch.Table().Split('\n').ShouldBe(
        [
            "  network                    checkpoint",
            "  block.0.conv.weight [4×4]  net.block.0.conv.weight [4×4] ?",
            "  block.1.conv.weight [4×4]  net.block.1.conv.weight [4×4] ?",
            "  tail.bias [4]              -",
            "  -                          other [7]",
        ]);
    }

    [Fact]
    public void Long_lists_are_cut_and_their_length_is_told()
    {
        var table = Find([.. Enumerable.Range(0, 40).Select(index => $"layer{index} [1]")], []).Table();
        table.Split('\n').Length.ShouldBe(14);
        table.ShouldEndWith("… and 28 more");
    }

    private static StateMismatch Find(string[] network, string[] checkpoint, string mayBeAbsent = "", string ignored = "")
        => StateMismatch.Find(
            network.Select(Parse).Select(state => (state, state.Name == mayBeAbsent)),
            checkpoint.Select(Parse).ToDictionary(state => state.Name, state => new CheckpointEntry(state.Name, torch.ScalarType.Float32, state.Shape)),
            name => name == ignored);

    private static StateShape Parse(string text)
    {
        var parts = text.TrimEnd(']').Split(" [");
        return new StateShape(parts[0], [.. parts[1].Split('×').Select(long.Parse)]);
    }
}

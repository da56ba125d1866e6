using IRConStyle.Framework.Checkpoints;
using TorchSharp;

namespace IRConStyle.Parity.Tests;

public sealed class GoldenComparisonTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Calls_of_one_name_are_one_group_and_folders_too()
    {
        using var scope = torch.NewDisposeScope();
        var zero = torch.zeros(2);
        using var file = Open(("expected/out_0", zero), ("expected/out_1", zero), ("expected/state/a", zero), ("expected/state/b", zero));
        var comparison = new GoldenComparison(file, oneRoundingClass: true);
        foreach (var name in new[] { "out_0", "out_1", "state/a", "state/b", "no such golden tensor" })
            comparison.Compare(name, zero);
        comparison.Finish().Select(group => group.Name).ShouldBe(["out", "state"]);
    }

    [Fact]
    public void A_group_shows_its_worst_member()
    {
        using var scope = torch.NewDisposeScope();
        var one = torch.ones(2);
        using var file = Open(("expected/out_0", one), ("expected/out_1", one), ("expected/out_2", one));
        var comparison = new GoldenComparison(file, oneRoundingClass: true);
        comparison.Compare("out_0", one);
        comparison.Compare("out_1", one + 0.5);
        comparison.Compare("out_2", one + 0.25);
        comparison.Finish().Single().ShouldSatisfyAllConditions(
            group => group.Passed.ShouldBeFalse(),
            group => group.Difference.ShouldBe(0.5, 1e-6));
    }

    [Fact]
    public void Groups_round_alone_unless_told_otherwise()
    {
        using var scope = torch.NewDisposeScope();
        var one = torch.ones(2);
        using var file = Open(
            ("expected/rough_0", one + 5e-5), ("expected_f64/rough_0", one), ("expected/fine_0", one), ("expected_f64/fine_0", one));
        Passed(oneRoundingClass: false).ShouldBeFalse();
        Passed(oneRoundingClass: true).ShouldBeTrue();

        bool Passed(bool oneRoundingClass)
        {
            var comparison = new GoldenComparison(file, oneRoundingClass);
            comparison.Compare("rough_0", one);
            comparison.Compare("fine_0", one + 3e-4);
            return comparison.Finish().All(group => group.Passed);
        }
    }

    [Fact]
    public void Integers_must_be_equal()
    {
        using var scope = torch.NewDisposeScope();
        using var file = Open(("expected/pointer_0", torch.tensor(new long[] { 1_000_000 })));
        var comparison = new GoldenComparison(file, oneRoundingClass: true);
        comparison.Compare("pointer_0", torch.tensor(new long[] { 1_000_001 }));
        comparison.Finish().Single().Passed.ShouldBeFalse();
    }

    /// <summary>A large tensor is stored as every third value and as eight figures of the whole.</summary>
    [Theory]
    [InlineData(-1, true)]
    [InlineData(6, false)]
    [InlineData(7, false)]
    public void Digests_see_sampled_and_other_values(int changed, bool passes)
    {
        using var scope = torch.NewDisposeScope();
        var values = torch.linspace(-1, 2, 20, torch.float64);
        using var file = Open(("expected/big@sample", values[torch.TensorIndex.Slice(0, null, 3)].to(torch.float32)), ("expected/big@stats", Stats(values, 3)));
        var computed = values.to(torch.float32);
        if (changed >= 0)
            computed[changed] += 0.01;
        var comparison = new GoldenComparison(file, oneRoundingClass: true);
        comparison.Compare("big", computed);
        var groups = comparison.Finish();
        groups.Select(group => group.Name).ShouldBe(["big@sample", "big@stats"], ignoreOrder: true);
        groups.All(group => group.Passed).ShouldBe(passes);
    }

    private static torch.Tensor Stats(torch.Tensor x, double stride)
    {
        var values = x.data<double>().ToArray();
        var dot = values.Select((value, i) => value * (unchecked((uint)(i * 2654435761L)) / 4294967296.0 - 0.5)).Sum();
        return torch.tensor(new[]
        {
            values.Length, stride, values.Sum(), values.Sum(Math.Abs), values.Sum(value => value * value), values.Min(), values.Max(), dot,
        });
    }

    private GoldenFile Open(params (string Name, torch.Tensor Value)[] tensors)
    {
        var path = _directory.File("golden.safetensors");
        SafeTensorsWriter.Write(path, tensors, new Dictionary<string, string>());
        return GoldenFile.Open(path);
    }
}

using IRConStyle.Framework.Training;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Training;

public class ExponentialMovingAverageTests
{
    [Fact]
    public void It_follows_by_the_formula()
    {
        using var scope = torch.NewDisposeScope();
        var live = torch.tensor(new[] { 1f, -2f });
        using var average = new ExponentialMovingAverage([("w", live)], decay: 0.9);
        double[] expected = [1, -2];
        for (var step = 0; step < 3; step++)
        {
            live.add_(1);
            average.Update();
            var values = live.data<float>().ToArray();
            expected = [.. expected.Zip(values, (old, value) => 0.9 * old + 0.1 * value)];
            average.State[0].Value.data<float>().ToArray().Zip(expected).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
        }
    }

    [Fact]
    public void Counters_are_copied()
    {
        using var scope = torch.NewDisposeScope();
        var counter = torch.tensor(3L);
        using var average = new ExponentialMovingAverage([("n", counter)], decay: 0.999);
        counter.add_(4);
        average.Update();
        average.State[0].Value.item<long>().ShouldBe(7);
        average.State[0].Value.dtype.ShouldBe(torch.int64);
    }

    [Fact]
    public void A_decay_of_zero_is_the_live_state()
    {
        using var scope = torch.NewDisposeScope();
        var live = torch.rand(5);
        using var average = new ExponentialMovingAverage([("w", live)], decay: 0);
        live.add_(1);
        average.Update();
        average.State[0].Value.allclose(live, 0, 0).ShouldBeTrue();
    }

    [Fact]
    public void It_neither_takes_gradients_nor_shares_memory_with_the_live_state()
    {
        using var scope = torch.NewDisposeScope();
        var live = torch.rand(5).requires_grad_();
        using var average = new ExponentialMovingAverage([("w", live)], decay: 0.5);
        average.Update();
        var (name, value) = average.State[0];
        name.ShouldBe("w");
        value.requires_grad.ShouldBeFalse();
        using (torch.no_grad())
            value.zero_();
        live.detach().abs().sum().item<float>().ShouldBeGreaterThan(0);
    }
}

using IRConStyle.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;

namespace IRConStyle.Training.Tests;

/// <summary>The optimizer over one buffer against that of TorchSharp, which goes from parameter to parameter.</summary>
public class FlatAdamWTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.05)]
    public void Twenty_steps_agree_with_the_optimizer_of_the_library(double weightDecay)
    {
        using var scope = torch.NewDisposeScope();
        torch.random.manual_seed(3);
        // The last one is longer than a block that fits the cache.
        long[][] shapes = [[4, 3, 3, 3], [4], [], [70_000]];
        Parameter[] ours = [.. shapes.Select(shape => new Parameter(torch.randn(shape)))];
        Parameter[] theirs = [.. ours.Select(parameter => new Parameter(parameter.detach().clone()))];
        using var flat = new FlatParameters(ours);
        using var optimizer = new FlatAdamW(flat, 0.9, 0.99, weightDecay);
        using var reference = torch.optim.AdamW(theirs, 1, 0.9, 0.99, 1e-8, weightDecay);
        for (var step = 1; step <= 20; step++)
        {
            using var inner = torch.NewDisposeScope();
            var rate = 1e-2 / step;
            foreach (var group in reference.ParamGroups)
                group.LearningRate = rate;
            flat.ZeroGradients();
            reference.zero_grad();
            foreach (var (our, their) in ours.Zip(theirs))
            {
                var direction = torch.randn_like(our);
                (our.square() * direction).sum().backward();
                (their.square() * direction).sum().backward();
            }

            optimizer.Step(rate, flat.CountOf(ours.Length));
            reference.step();
        }

        optimizer.Steps.ShouldBe(20);
        foreach (var (our, their) in ours.Zip(theirs))
            (our.detach() - their.detach()).abs().max().item<float>().ShouldBeLessThanOrEqualTo(
                1e-6f * Math.Max(1, their.detach().abs().max().item<float>()));
    }

    [Fact]
    public void Parameters_behind_the_count_stay()
    {
        using var scope = torch.NewDisposeScope();
        Parameter[] parameters = [new(torch.ones(3)), new(torch.ones(2))];
        using var flat = new FlatParameters(parameters);
        using var optimizer = new FlatAdamW(flat, 0.9, 0.999, 0.1);
        flat.Gradients.Buffer.fill_(1);

        optimizer.Step(0.1, flat.CountOf(1));

        parameters[0].detach().data<float>().ToArray().ShouldAllBe(value => value < 0.95f);
        parameters[1].detach().data<float>().ToArray().ShouldBe([1, 1]);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1e6)]
    public void Clipping_agrees_with_the_library(double limit)
    {
        using var scope = torch.NewDisposeScope();
        Parameter[] ours = [new(torch.randn(5, 4)), new(torch.randn(7))];
        Parameter[] theirs = [.. ours.Select(parameter => new Parameter(parameter.detach().clone()))];
        using var flat = new FlatParameters(ours);
        using var optimizer = new FlatAdamW(flat, 0.9, 0.999, 0);
        foreach (var parameter in ours.Concat(theirs))
            parameter.pow(3).sum().backward();

        optimizer.Clip(limit, flat.CountOf(2));
        torch.nn.utils.clip_grad_norm_(theirs, limit);

        ours.Zip(theirs).ShouldAllBe(pair => pair.First.grad!.allclose(pair.Second.grad!, 1e-6, 1e-7));
    }
}

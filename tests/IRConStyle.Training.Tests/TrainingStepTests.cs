using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using IRConStyle.Training.Optimization;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Training.Tests;

[Collection(CountsTensors.Name)]
public sealed class TrainingStepTests : IDisposable
{
    private static readonly LossOptions Square = new() { Name = "square" };
    private readonly ServiceProvider _services = EngineHost.Create();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void The_loss_falls()
    {
        using var network = TrainableNetwork();
        using var step = Step(network, new TrainingOptions { Losses = [Square], LearningRate = 1e-2 });
        var losses = Run(step, 60, 1e-2);
        losses[^1].ShouldBeLessThan(0.2f * losses[0]);
    }

    [Fact]
    public void A_backbone_of_one_channel_learns_from_the_channels_of_colour_images()
    {
        using var network = _services.Network("tiny", ("Channels", 1));
        network.Train();
        using var step = Step(network, new TrainingOptions { Losses = [Square] });
        using var scope = torch.NewDisposeScope();
        var (degraded, clean) = Pair();
        network.Eval();
        var each = Enumerable.Range(0, 3).Select(channel =>
            (network.Restore(degraded.narrow(1, channel, 1)) - clean.narrow(1, channel, 1)).square().mean().item<float>()).Average();
        step.Run(degraded, clean, 1e-2)[0].item<float>().ShouldBe(each, 1e-6f);
        network.Train();
        var losses = Run(step, 60, 1e-2);
        losses[^1].ShouldBeLessThan(0.2f * losses[0]);
    }

    [Fact]
    public void Losses_are_reported_without_their_weights()
    {
        using var network = TrainableNetwork();
        using var step = Step(network, new TrainingOptions { Losses = [Square, new LossOptions { Name = "square", Weight = 100 }] });
        using var scope = torch.NewDisposeScope();
        var (degraded, clean) = Pair();
        var values = step.Run(degraded, clean, 1e-3);
        step.Losses.Names.ShouldBe(["square", "square"]);
        values.shape.ShouldBe([2]);
        values.requires_grad.ShouldBeFalse();
        values[0].item<float>().ShouldBe(values[1].item<float>());
    }

    [Fact]
    public void The_learning_rate_of_each_step_counts()
    {
        using var network = TrainableNetwork();
        using var step = Step(network, new TrainingOptions { Losses = [Square], WeightDecay = 0 });
        using var scope = torch.NewDisposeScope();
        var weight = network.Parameter("head.weight");
        var before = weight.detach().clone();
        Run(step, 1, learningRate: 1e-3);
        // AdamW's first step is the learning rate in each direction.
        EngineHost.Difference(weight.detach(), before).ShouldBe(1e-3, 1e-5);
        before = weight.detach().clone();
        Run(step, 1, learningRate: 0);
        EngineHost.Difference(weight.detach(), before).ShouldBe(0);
    }

    [Fact]
    public void The_average_follows_after_the_step()
    {
        using var network = TrainableNetwork();
        using var step = Step(network, new TrainingOptions { Losses = [Square], EmaDecay = 0 });
        Run(step, 3, 1e-2);
        using var scope = torch.NewDisposeScope();
        var live = network.State().ToArray();
        step.Average.State.Select(entry => entry.Name).ShouldBe(live.Select(entry => entry.Name));
        step.Average.State.Zip(live).ShouldAllBe(pair => EngineHost.Difference(pair.First.Value, pair.Second.Value.detach()) == 0);
        step.Average.State.Single(entry => entry.Name == "norm.num_batches_tracked").Value.item<long>().ShouldBe(3);
    }

    [Fact]
    public void Clipping_bounds_the_gradient()
    {
        using var network = TrainableNetwork();
        using var step = Step(network, new TrainingOptions { Losses = [new LossOptions { Name = "square", Weight = 1e6 }], GradientClip = 0.5 });
        Run(step, 1, 1e-3);
        using var scope = torch.NewDisposeScope();
        var norm = network.Backbone.Module.parameters().Sum(parameter => parameter.grad!.square().sum().item<float>());
        Math.Sqrt(norm).ShouldBe(0.5, 1e-3);
    }

    [Fact]
    public void Contrastive_losses_need_a_contrastive_encoder()
    {
        using var network = TrainableNetwork();
        var error = Should.Throw<IRConStyleException>(
            () => Step(network, new TrainingOptions { Losses = [Square], ContrastiveLosses = [new LossOptions { Name = "contrast" }] }));
        error.Message.ShouldContain("tiny");
        error.Message.ShouldContain("contrast");
        error.Remedy.ShouldNotBeNull().ShouldContain("ContrastiveLosses");
    }

    [Fact]
    public void A_pipeline_without_losses_is_refused()
    {
        using var network = TrainableNetwork();
        Should.Throw<IRConStyleException>(() => Step(network, new TrainingOptions())).Remedy.ShouldNotBeNull().ShouldContain("Training:Losses");
    }

    [Fact]
    public void A_network_without_parameters_is_refused()
    {
        using var network = _services.Network("copy");
        Should.Throw<IRConStyleException>(() => Step(network, new TrainingOptions { Losses = [Square] })).Message.ShouldContain("no parameters");
    }

    [Fact]
    public void Steps_leave_no_tensors_behind()
    {
        using var network = TrainableNetwork();
        using var step = Step(network, new TrainingOptions { Losses = [Square], GradientClip = 1 });
        Run(step, 2, 1e-3);
        var before = EngineHost.LiveTensors();
        Run(step, 50, 1e-3);
        torch.Tensor.TotalCount.ShouldBe(before);
    }

    private RestorationNetwork TrainableNetwork()
    {
        var network = _services.Network("tiny");
        network.Train();
        return network;
    }

    private TrainingStep Step(RestorationNetwork network, TrainingOptions options)
        => new(network, new TrainingLosses(options, _services.GetRequiredService<IPipelineFactory>()), options);

    private static float[] Run(TrainingStep step, int count, double learningRate)
    {
        using var scope = torch.NewDisposeScope();
        var (degraded, clean) = Pair();
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            using var values = step.Run(degraded, clean, learningRate);
            using var first = values[0];
            return first.item<float>();
        })];
    }

    private static (torch.Tensor Degraded, torch.Tensor Clean) Pair()
    {
        torch.random.manual_seed(2);
        var clean = torch.rand(4, 3, 12, 12);
        return (clean * 0.5, clean);
    }
}

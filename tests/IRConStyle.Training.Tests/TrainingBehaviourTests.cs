using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using IRConStyle.Training.Optimization;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Training.Tests;

/// <summary>What a step moves and what stays, behaviour by behaviour.</summary>
[Collection(CountsTensors.Name)]
public sealed class TrainingBehaviourTests : IDisposable
{
    private static readonly LossOptions Square = new() { Name = "square" };
    private static readonly LossOptions TellApart = new() { Name = "tell-apart" };
    private static readonly string[] Statistics = ["Style.norm.running_mean", "Style.norm.running_var", "Style.norm.num_batches_tracked"];

    private readonly ServiceProvider _services = EngineHost.Create();

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData(TrainingBehaviour.Paper, false, false)]
    [InlineData(TrainingBehaviour.Official, true, true)]
    [InlineData(TrainingBehaviour.OfficialTorch2, false, true)]
    public void A_frozen_encoder_moves_or_stays(TrainingBehaviour behaviour, bool parametersMove, bool trainingSideMoves)
    {
        using var scope = torch.NewDisposeScope();
        using var network = Styled();
        using var step = Step(network, new TrainingOptions { Losses = [Square], ContrastiveLosses = [TellApart], Behaviour = behaviour });
        Run(step, 3);
        step.FreezeEncoder();
        var before = Copy(network);
        var values = Run(step, 2)[^1];

        Moved("Style.query.weight").ShouldBe(parametersMove);
        Moved("Style.norm.weight").ShouldBe(parametersMove);
        Moved("Style.queue").ShouldBe(trainingSideMoves);
        Moved("Style.key.weight").ShouldBe(trainingSideMoves);
        foreach (var name in Statistics)
            Moved(name).ShouldBe(trainingSideMoves, name);
        Moved("head.weight").ShouldBeTrue();
        values[1].ShouldBe(0, "contrastive losses are left out");

        bool Moved(string name) => HasMoved(network, before, name);
    }

    [Fact]
    public void While_it_learns_everything_of_the_encoder_moves()
    {
        using var scope = torch.NewDisposeScope();
        using var network = Styled();
        using var step = Step(network, new TrainingOptions { Losses = [Square], ContrastiveLosses = [TellApart] });
        var before = Copy(network);
        Run(step, 2);
        network.State().Where(entry => !HasMoved(network, before, entry.Name)).Select(entry => entry.Name).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(TrainingBehaviour.Paper, 1)]
    [InlineData(TrainingBehaviour.Official, 0)]
    [InlineData(TrainingBehaviour.OfficialTorch2, 0)]
    public void The_official_average_is_one_step_late(TrainingBehaviour behaviour, int step)
    {
        using var scope = torch.NewDisposeScope();
        using var network = Styled();
        using var training = Step(network, new TrainingOptions { Losses = [Square], EmaDecay = 0, Behaviour = behaviour });
        var before = Copy(network)["head.weight"];
        Run(training, 1);
        torch.Tensor[] weights = [before, Copy(network)["head.weight"]];
        EngineHost.Difference(training.Average.State.Single(entry => entry.Name == "head.weight").Value, weights[step]).ShouldBe(0);
        EngineHost.Difference(weights[0], weights[1]).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Two_half_batches_have_the_gradient_of_the_whole_one()
    {
        using var scope = torch.NewDisposeScope();
        var (degraded, clean) = Pair();
        var gradients = new[] { 1, 2 }.Select(parts =>
        {
            using var network = _services.Network("mixed");
            using var step = Step(network, new TrainingOptions { Losses = [Square], AccumulateBatches = parts });
            var losses = step.Run([.. degraded.chunk(parts).Zip(clean.chunk(parts))], 1e-3);
            return (Loss: losses[0].item<float>(), Gradient: step.Parameters.Gradients.Buffer.clone());
        }).ToArray();

        gradients[0].Gradient.abs().max().item<float>().ShouldBeGreaterThan(0);
        gradients[1].Gradient.allclose(gradients[0].Gradient, 1e-4, 1e-7).ShouldBeTrue();
        gradients[1].Loss.ShouldBe(gradients[0].Loss, 1e-6f);
    }

    [Fact]
    public void Frozen_parameters_stay_and_the_others_move()
    {
        using var scope = torch.NewDisposeScope();
        using var network = Styled();
        using var step = Step(network, new TrainingOptions { Losses = [Square], Frozen = ["head.", "Style.norm."] });
        var before = Copy(network);
        Run(step, 2);
        foreach (var name in new[] { "head.weight", "head.bias", "Style.norm.weight", "Style.norm.bias" })
            HasMoved(network, before, name).ShouldBeFalse(name);
        foreach (var name in new[] { "tail.weight", "tail.bias", "Style.query.weight", "Style.key.weight" })
            HasMoved(network, before, name).ShouldBeTrue(name);
    }

    [Fact]
    public void Freezing_all_of_the_encoder_rests_its_training_side()
    {
        using var scope = torch.NewDisposeScope();
        using var network = Styled();
        using var step = Step(network, new TrainingOptions { Losses = [Square], Frozen = ["Style."] });
        var before = Copy(network);
        Run(step, 2);
        network.State().Where(entry => HasMoved(network, before, entry.Name)).Select(entry => entry.Name)
            .ShouldBe(["head.weight", "head.bias", "tail.weight", "tail.bias"], ignoreOrder: true);
    }

    [Fact]
    public void A_frozen_name_that_does_not_exist_is_refused_with_those_that_do()
    {
        using var network = Styled();
        var error = Should.Throw<IRConStyleException>(() => Step(network, new TrainingOptions { Losses = [Square], Frozen = ["haed."] }));
        error.Message.ShouldContain("'haed.'");
        error.Remedy.ShouldNotBeNull().ShouldContain("head, tail, Style");
        using var whole = Styled();
        Should.Throw<IRConStyleException>(() => Step(whole, new TrainingOptions { Losses = [Square], Frozen = ["head", "tail", "Style"] }))
            .Remedy.ShouldBe("Freeze fewer of them.");
    }

    [Fact]
    public void One_reduction_sees_all_gradients_before_anything_moves()
    {
        using var scope = torch.NewDisposeScope();
        using var network = Styled();
        var options = new TrainingOptions { Losses = [Square], ContrastiveLosses = [TellApart], WeightDecay = 0 };
        var reducer = new Reducer();
        using var step = new TrainingStep(network, new TrainingLosses(options, _services.GetRequiredService<IPipelineFactory>()), options, reducer);
        var before = Copy(network);
        Run(step, 1);
        reducer.Counts.ShouldBe([step.Parameters.Parameters.Sum(parameter => parameter.numel())]);
        // The reducer has made all gradients zero, and with zero moments that moves nothing.
        HasMoved(network, before, "head.weight").ShouldBeFalse();
        HasMoved(network, before, "Style.query.weight").ShouldBeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_encoder_before_a_backbone_without_style_learns_where_losses_want_it_and_rests_where_not(bool isWanted)
    {
        using var scope = torch.NewDisposeScope();
        torch.random.manual_seed(1);
        using var network = new RestorationNetwork("unstyled", new TinyEncoder(), new TinyBackbone(new TinyOptions()));
        network.Train();
        using var step = Step(network, new TrainingOptions { Losses = [Square], ContrastiveLosses = isWanted ? [TellApart] : [], WeightDecay = 0 });
        var before = Copy(network);
        Run(step, 2);
        foreach (var name in new[] { "Style.query.weight", "Style.queue", "Style.key.weight", "Style.norm.running_mean" })
            HasMoved(network, before, name).ShouldBe(isWanted, name);
        HasMoved(network, before, "head.weight").ShouldBeTrue();
    }

    [Fact]
    public void Computing_in_bfloat16_keeps_weights_of_float32_and_learns()
    {
        using var scope = torch.NewDisposeScope();
        using var network = Styled();
        using var step = Step(network, new TrainingOptions
        {
            Losses = [Square], ContrastiveLosses = [TellApart], Precision = TrainingPrecision.BFloat16, EmaDecay = 0.5,
        });
        var losses = Run(step, 60, 1e-2);
        losses[^1][0].ShouldBeLessThan(0.5f * losses[0][0]);
        step.Parameters.Values.Buffer.dtype.ShouldBe(torch.float32);
        step.Average.State.Where(entry => entry.Value.is_floating_point()).ShouldAllBe(entry => entry.Value.dtype == torch.float32);
        // Averages hold more than bfloat16 can.
        var weight = step.Average.State.Single(entry => entry.Name == "head.weight").Value;
        EngineHost.Difference(weight, weight.to(torch.bfloat16).to(torch.float32)).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(TrainingBehaviour.Paper, TrainingPrecision.Full)]
    [InlineData(TrainingBehaviour.Official, TrainingPrecision.Full)]
    [InlineData(TrainingBehaviour.Paper, TrainingPrecision.BFloat16)]
    public void Steps_leave_no_tensors_behind(TrainingBehaviour behaviour, TrainingPrecision precision)
    {
        using var network = Styled();
        using var step = Step(network, new TrainingOptions
        {
            Losses = [Square], ContrastiveLosses = [TellApart], Behaviour = behaviour, Precision = precision, GradientClip = 1,
        });
        Run(step, 2);
        var before = EngineHost.LiveTensors();
        Run(step, 98);
        torch.Tensor.TotalCount.ShouldBe(before);
    }

    private static RestorationNetwork Styled()
    {
        torch.random.manual_seed(1);
        var network = new RestorationNetwork("styled", new TinyEncoder(), new StyledBackbone());
        network.Train();
        return network;
    }

    private TrainingStep Step(RestorationNetwork network, TrainingOptions options)
        => new(network, new TrainingLosses(options, _services.GetRequiredService<IPipelineFactory>()), options);

    /// <summary>The losses of each step.</summary>
    private static float[][] Run(TrainingStep step, int count, double learningRate = 1e-2)
    {
        using var scope = torch.NewDisposeScope();
        var (degraded, clean) = Pair();
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            using var values = step.Run(degraded, clean, learningRate);
            return values.data<float>().ToArray();
        })];
    }

    private static (torch.Tensor Degraded, torch.Tensor Clean) Pair()
    {
        torch.random.manual_seed(2);
        var clean = torch.rand(4, 3, 12, 12);
        return (clean * 0.5, clean);
    }

    private static Dictionary<string, torch.Tensor> Copy(RestorationNetwork network)
        => network.State().ToDictionary(entry => entry.Name, entry => entry.Value.detach().clone());

    private static bool HasMoved(RestorationNetwork network, Dictionary<string, torch.Tensor> before, string name)
        => EngineHost.Difference(network.State().Single(entry => entry.Name == name).Value.detach(), before[name]) > 0;

    private sealed class Reducer : IGradientReducer
    {
        public List<long> Counts { get; } = [];

        public int Rank => 0;

        public int Size => 1;

        public void Reduce(torch.Tensor gradients)
        {
            Counts.Add(gradients.numel());
            gradients.abs().max().item<float>().ShouldBeGreaterThan(0);
            gradients.zero_();
        }
    }
}

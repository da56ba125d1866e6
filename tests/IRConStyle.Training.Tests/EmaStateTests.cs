using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using IRConStyle.Training.Optimization;
using TorchSharp;

namespace IRConStyle.Training.Tests;

public class EmaStateTests
{
    private const double Decay = 0.9;

    [Fact]
    public void Parameters_and_statistics_follow_by_the_formula()
    {
        using var scope = torch.NewDisposeScope();
        using var setup = new Setup(parametersOnly: false);
        string[] names = ["tail.weight", "Style.norm.running_mean", "Style.norm.running_var"];
        var expected = names.ToDictionary(name => name, name => setup.Live(name).clone());
        for (var step = 0; step < 3; step++)
        {
            setup.Move();
            setup.Average.Update();
            foreach (var name in names)
                expected[name] = Decay * expected[name] + (1 - Decay) * setup.Live(name);
        }

        foreach (var name in names)
            EngineHost.Difference(setup.Averaged(name), expected[name]).ShouldBeLessThan(1e-6, name);
    }

    [Fact]
    public void Counters_are_taken_as_they_are()
    {
        using var scope = torch.NewDisposeScope();
        using var setup = new Setup(parametersOnly: false);
        setup.Live("Style.norm.num_batches_tracked").add_(4);
        setup.Average.Update();
        setup.Averaged("Style.norm.num_batches_tracked").item<long>().ShouldBe(4);
    }

    [Fact]
    public void The_official_average_leaves_statistics_and_covers_the_momentum_encoder()
    {
        using var scope = torch.NewDisposeScope();
        using var setup = new Setup(parametersOnly: true);
        var key = setup.Live("Style.key.weight").clone();
        for (var step = 0; step < 3; step++)
        {
            setup.Move();
            setup.Average.Update();
        }

        setup.Averaged("Style.norm.running_mean").abs().max().item<float>().ShouldBe(0);
        setup.Averaged("Style.norm.running_var").sub(1).abs().max().item<float>().ShouldBe(0);
        EngineHost.Difference(setup.Live("Style.norm.running_mean"), setup.Averaged("Style.norm.running_mean")).ShouldBeGreaterThan(0);
        // Its followers moved by 1 in each step: 0.1, then 0.1 + 0.2 − 0.01, and so on.
        EngineHost.Difference(setup.Averaged("Style.key.weight"), key + (3 - 0.9 * (1 + 0.9 + 0.81))).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void A_decay_of_zero_is_the_live_state()
    {
        using var scope = torch.NewDisposeScope();
        using var setup = new Setup(parametersOnly: false, decay: 0);
        setup.Move();
        setup.Average.Update();
        setup.Average.State.ShouldNotBeEmpty();
        setup.Average.State.ShouldAllBe(entry => EngineHost.Difference(entry.Value, setup.Live(entry.Name)) == 0);
    }

    [Fact]
    public void It_holds_what_restoring_needs_and_shares_no_memory_with_parameters()
    {
        using var scope = torch.NewDisposeScope();
        using var setup = new Setup(parametersOnly: false);
        setup.Average.State.Select(entry => entry.Name)
            .ShouldBe(setup.Network.State().Where(entry => !entry.IsTrainingState).Select(entry => entry.Name));
        setup.Average.State.ShouldAllBe(entry => !entry.Value.requires_grad);
        using (torch.no_grad())
            setup.Averaged("tail.weight").zero_();
        setup.Live("tail.weight").abs().sum().item<float>().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Applied_averages_stand_in_the_network_until_disposed(bool parametersOnly)
    {
        using var scope = torch.NewDisposeScope();
        using var setup = new Setup(parametersOnly);
        setup.Move();
        setup.Average.Update();
        var live = setup.Copy();
        var averaged = setup.Average.State.ToDictionary(entry => entry.Name, entry => entry.Value.clone());
        using (setup.Average.Apply())
            foreach (var (name, value) in averaged)
                EngineHost.Difference(setup.Live(name), value).ShouldBe(0, name);
        foreach (var (name, value) in live)
            EngineHost.Difference(setup.Live(name), value).ShouldBe(0, name);
    }

    private sealed class Setup : IDisposable
    {
        private readonly TinyEncoder _encoder = new();
        private readonly FlatParameters _parameters;
        private readonly MomentumEncoder _followers;

        public Setup(bool parametersOnly, double decay = Decay)
        {
            Network = new RestorationNetwork("styled", _encoder, new StyledBackbone());
            _parameters = new FlatParameters(
                [.. Network.Backbone.Module.parameters(), .. _encoder.parameters().Where(parameter => parameter.requires_grad)]);
            _followers = new MomentumEncoder(_encoder, _parameters);
            Average = new EmaState(Network, _parameters, decay, parametersOnly, _followers);
        }

        public RestorationNetwork Network { get; }

        public EmaState Average { get; }

        public torch.Tensor Live(string name) => Network.State().Single(entry => entry.Name == name).Value.detach();

        public torch.Tensor Averaged(string name)
            => Average.State.Concat(Average.Averages).First(entry => entry.Name == name).Value;

        public Dictionary<string, torch.Tensor> Copy() => Network.State().ToDictionary(entry => entry.Name, entry => entry.Value.detach().clone());

        /// <summary>Adds 1 to everything that is no counter.</summary>
        public void Move()
        {
            using var noGrad = torch.no_grad();
            foreach (var entry in Network.State().Where(entry => entry.Value.is_floating_point()))
                entry.Value.add_(1);
        }

        public void Dispose()
        {
            Average.Dispose();
            _followers.Dispose();
            _parameters.Dispose();
            Network.Dispose();
        }
    }
}

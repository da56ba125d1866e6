using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Plugins.Schedules;

namespace IRConStyle.Plugins.Tests.Schedules;

public sealed class ScheduleTests : IDisposable
{
    private const double Base = 1e-3;
    private const double Least = 1e-5;
    private readonly ScheduleHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Without_other_parts_cosine_is_half_a_cosine()
    {
        var schedule = Cosine(iterations: 100);
        schedule.At(1).ShouldBe(Base);
        schedule.At(51).ShouldBe((Base + Least) / 2, 1e-12);
        schedule.At(26).ShouldBe(Least + (Base - Least) * 0.5 * (1 + Math.Cos(Math.PI / 4)), 1e-12);
        schedule.At(100).ShouldBe(Least + (Base - Least) * 0.5 * (1 + Math.Cos(Math.PI * 0.99)), 1e-12);
    }

    [Fact]
    public void Warm_up_rises_linearly_until_the_schedule_takes_over()
    {
        var schedule = Cosine(iterations: 100, warmup: 10);
        schedule.At(1).ShouldBe(Base / 10, 1e-15);
        schedule.At(5).ShouldBe(Base / 2, 1e-15);
        schedule.At(9).ShouldBe(Base * 9 / 10, 1e-15);
        schedule.At(10).ShouldBe(Cosine(iterations: 100).At(10));
        schedule.At(11).ShouldBeLessThan(schedule.At(10));
    }

    [Fact]
    public void The_constant_part_holds_the_base_rate_until_the_cosine()
    {
        var schedule = Cosine(iterations: 100, constant: 40);
        schedule.At(1).ShouldBe(Base);
        schedule.At(41).ShouldBe(Base);
        schedule.At(42).ShouldBeLessThan(Base);
        schedule.At(71).ShouldBe((Base + Least) / 2, 1e-12);
    }

    [Fact]
    public void The_constant_part_is_counted_from_the_start_of_training()
    {
        var schedule = Cosine(iterations: 100, constant: 40, warmup: 10);
        schedule.At(10).ShouldBe(Base, 1e-15);
        schedule.At(41).ShouldBe(Base);
        schedule.At(71).ShouldBe((Base + Least) / 2, 1e-12);
    }

    [Fact]
    public void A_constant_part_as_long_as_training_leaves_no_cosine()
        => Enumerable.Range(1, 100).Select(Cosine(iterations: 100, constant: 100).At).ShouldAllBe(rate => rate == Base);

    [Fact]
    public void The_rate_never_falls_below_the_least_one_nor_rises_after_the_warm_up()
    {
        var rates = Enumerable.Range(1, 120).Select(Cosine(iterations: 100, constant: 20, warmup: 5).At).ToArray();
        rates.Skip(5).Zip(rates.Skip(6)).ShouldAllBe(pair => pair.Second <= pair.First);
        rates.Skip(5).ShouldAllBe(rate => rate >= Least);
        rates[^1].ShouldBe(Least, 1e-15);
    }

    [Fact]
    public void The_default_schedule_is_the_cosine()
        => _host.Create(new TrainingOptions { Iterations = 100, LearningRate = Base }).At(51).ShouldBe((Base + 1e-6) / 2, 1e-12);

    [Fact]
    public void The_paper_s_schedule_is_the_default_of_cosine_cyclic_and_a_cosine_with_a_constant_part()
    {
        var cyclic = _host.Create("cosine-cyclic", 3e-4, 703_632);
        var cosine = _host.Create("cosine", 3e-4, 703_632, ("ConstantIterations", 243_312));
        foreach (var iteration in new[] { 1, 243_312, 243_313, 243_314, 400_000, 703_632, 800_000 })
            cyclic.At(iteration).ShouldBe(cosine.At(iteration), 1e-16);
        cyclic.At(800_000).ShouldBe(1e-6, 1e-18);
    }

    [Fact]
    public void Without_periods_cosine_restart_lasts_as_long_as_training()
        => _host.Create("cosine-restart", Base, 50).At(26).ShouldBe(Base / 2, 1e-12);

    [Fact]
    public void A_restart_wins_over_a_milestone_after_the_same_iteration()
    {
        var schedule = _host.Create(
            "multi-step", Base, 100, ("Milestones", "10,20"), ("Gamma", 0.5), ("Restarts", "0,20"), ("RestartWeights", "1,0.25"));
        schedule.At(10).ShouldBe(Base);
        schedule.At(11).ShouldBe(Base / 2);
        schedule.At(21).ShouldBe(Base / 4);
        schedule.At(1000).ShouldBe(Base / 4);
    }

    [Fact]
    public void Linear_and_constant_do_what_their_names_say()
    {
        var linear = _host.Create("linear", Base, 100, ("MinLearningRate", Least));
        linear.At(1).ShouldBe(Base);
        linear.At(51).ShouldBe((Base + Least) / 2, 1e-15);
        linear.At(101).ShouldBe(Least, 1e-15);
        linear.At(1000).ShouldBe(Least, 1e-15);
        _host.Create("linear", Base, 100).At(101).ShouldBe(0);
        new[] { 1, 50, 1000 }.Select(_host.Create("constant", Base, 100).At).ShouldAllBe(rate => rate == Base);
    }

    /// <summary>800 iterations are triangles of 10: five up, five down.</summary>
    [Theory]
    [InlineData(1, 0.1)]
    [InlineData(2, 0.2 * (1 - 8.0 / 3 / 800))]
    [InlineData(6, 1 - 8.0 / 3 * 5 / 800)]
    [InlineData(11, 0)]
    [InlineData(306, 0.2)]
    [InlineData(504, 0.06)]
    [InlineData(800, 0.02)]
    [InlineData(9999, 0.02)]
    public void Vibrate_goes_up_and_down_ever_lower(int iteration, double share)
        => _host.Create("vibrate", Base, 800).At(iteration).ShouldBe(Base * share, 1e-15);

    [Theory]
    [InlineData("constant")]
    [InlineData("cosine")]
    [InlineData("cosine-cyclic")]
    [InlineData("cosine-restart")]
    [InlineData("linear")]
    [InlineData("multi-step")]
    [InlineData("vibrate")]
    public void No_training_is_too_short_and_no_rate_is_negative(string name)
    {
        foreach (var iterations in new[] { 1, 2, 79, 81, 160 })
            Enumerable.Range(1, 3 * iterations).Select(_host.Create(name, Base, iterations).At).ShouldAllBe(rate => rate >= 0 && rate <= Base);
    }

    [Theory]
    [InlineData("cosine-cyclic", "Periods", "1,2,3", "MinLearningRates has 2 entries and Periods has 3")]
    [InlineData("cosine-cyclic", "Periods", "10,0", "Periods holds a number below 1")]
    [InlineData("cosine-cyclic", "MinLearningRates", "0.1,-1", "MinLearningRates holds a number below 0")]
    [InlineData("cosine-restart", "RestartWeights", "1,1", "RestartWeights has 2 entries and Periods has 0")]
    [InlineData("cosine-restart", "MinLearningRate", "2", "accepted is a number from 0 to 1")]
    [InlineData("multi-step", "Milestones", "20,10", "Milestones is not in order")]
    [InlineData("multi-step", "Milestones", "-1,10", "Milestones holds a number below 0")]
    [InlineData("multi-step", "Restarts", "0,10", "RestartWeights has 1 entries and Restarts has 2")]
    [InlineData("multi-step", "Gamma", "0", "Gamma")]
    [InlineData("cosine", "CosineIterations", "0", "CosineIterations")]
    public void Options_that_contradict_each_other_are_refused_with_their_names(string name, string key, string value, string reason)
    {
        var error = Should.Throw<IRConStyleException>(() => _host.Create(name, Base, 100, (key, value)));
        error.Message.Replace(": ", " ", StringComparison.Ordinal).ShouldContain(reason);
    }

    [Fact]
    public void Options_made_by_code_are_checked_too()
    {
        var context = new ScheduleContext(null!, Base, 100);
        Should.Throw<IRConStyleException>(() => new CosineRestartSchedule(new CosineCyclicOptions { Periods = [] }, context))
            .Message.ShouldContain("cosine-cyclic: the number of Periods");
        Should.Throw<IRConStyleException>(() => new MultiStepSchedule(new MultiStepOptions { Restarts = [] }, context))
            .Message.ShouldContain("RestartWeights");
    }

    private ILearningRateSchedule Cosine(int iterations, int constant = 0, int warmup = 0) => _host.Create(new TrainingOptions
    {
        Iterations = iterations,
        WarmupIterations = warmup,
        LearningRate = Base,
        Schedule = ComponentOptions.Of("cosine", ("ConstantIterations", constant), ("MinLearningRate", Least)),
    });
}

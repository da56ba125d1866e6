using IRConStyle.Framework.Composition;
using IRConStyle.Framework.Training;

namespace IRConStyle.Framework.Tests.Training;

public class LearningRateScheduleTests
{
    private const double Base = 1e-3;
    private const double Least = 1e-5;

    [Fact]
    public void Without_other_parts_it_is_half_a_cosine()
    {
        var schedule = Schedule(iterations: 100);
        schedule.At(1).ShouldBe(Base);
        schedule.At(51).ShouldBe((Base + Least) / 2, 1e-12);
        schedule.At(26).ShouldBe(Least + (Base - Least) * 0.5 * (1 + Math.Cos(Math.PI / 4)), 1e-12);
        schedule.At(100).ShouldBe(Least + (Base - Least) * 0.5 * (1 + Math.Cos(Math.PI * 0.99)), 1e-12);
    }

    [Fact]
    public void Warm_up_rises_linearly_to_the_base_rate()
    {
        var schedule = Schedule(iterations: 100, warmup: 10);
        schedule.At(1).ShouldBe(Base / 10, 1e-15);
        schedule.At(5).ShouldBe(Base / 2, 1e-15);
        schedule.At(10).ShouldBe(Base, 1e-15);
        schedule.At(11).ShouldBe(Base);
        schedule.At(12).ShouldBeLessThan(Base);
    }

    [Fact]
    public void The_constant_part_holds_the_base_rate_until_the_cosine()
    {
        var schedule = Schedule(iterations: 100, constant: 40);
        schedule.At(1).ShouldBe(Base);
        schedule.At(41).ShouldBe(Base);
        schedule.At(42).ShouldBeLessThan(Base);
        schedule.At(71).ShouldBe((Base + Least) / 2, 1e-12);
    }

    [Fact]
    public void The_constant_part_is_counted_from_the_start_of_training()
    {
        var schedule = Schedule(iterations: 100, constant: 40, warmup: 10);
        schedule.At(10).ShouldBe(Base, 1e-15);
        schedule.At(41).ShouldBe(Base);
        schedule.At(71).ShouldBe((Base + Least) / 2, 1e-12);
    }

    [Fact]
    public void A_constant_part_as_long_as_training_leaves_no_cosine()
        => Enumerable.Range(1, 100).Select(Schedule(iterations: 100, constant: 100).At).ShouldAllBe(rate => rate == Base);

    [Fact]
    public void The_rate_never_falls_below_the_least_one_nor_rises_after_the_warm_up()
    {
        var rates = Enumerable.Range(1, 120).Select(Schedule(iterations: 100, constant: 20, warmup: 5).At).ToArray();
        rates.Skip(5).Zip(rates.Skip(6)).ShouldAllBe(pair => pair.Second <= pair.First);
        rates.Skip(5).ShouldAllBe(rate => rate >= Least);
        rates[^1].ShouldBe(Least, 1e-15);
    }

    private static LearningRateSchedule Schedule(int iterations, int constant = 0, int warmup = 0) => new(new TrainingOptions
    {
        Iterations = iterations,
        ConstantIterations = constant,
        WarmupIterations = warmup,
        LearningRate = Base,
        MinLearningRate = Least,
    });
}

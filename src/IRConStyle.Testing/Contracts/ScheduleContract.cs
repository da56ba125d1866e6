using IRConStyle.Abstractions;
using IRConStyle.Testing.Support;

namespace IRConStyle.Testing.Contracts;

/// <summary>What holds for every <see cref="ILearningRateSchedule"/>.</summary>
public static class ScheduleContract
{
    private const int Looks = 200;

    /// <summary>All checks.</summary>
    public static IReadOnlyList<ContractCheck> Checks { get; } = ContractCheck.ListOf<ILearningRateSchedule, ScheduleUnderTest>(
        GivesRatesFromZeroUp, IsAPureFunction, StaysAtItsLastRate);

    /// <summary>Every rate is a finite number, and not negative.</summary>
    /// <param name="subject">The schedule.</param>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public static void GivesRatesFromZeroUp(ScheduleUnderTest subject)
    {
        var schedule = Build(subject);
        foreach (var iteration in Iterations(subject))
        {
            var rate = schedule.At(iteration);
            Require.That(
                double.IsFinite(rate) && rate >= 0,
                FormattableString.Invariant($"the rate of iteration {iteration} of {subject.Iterations} is {rate}"),
                "Rates are finite and not negative, from iteration 1 on.");
        }
    }

    /// <summary>A rate depends on the iteration alone: asked in any order, of any instance, on any thread.</summary>
    /// <inheritdoc cref="GivesRatesFromZeroUp"/>
    public static void IsAPureFunction(ScheduleUnderTest subject)
    {
        var schedule = Build(subject);
        var expected = Iterations(subject).ToDictionary(iteration => iteration, schedule.At);
        Compare(schedule, expected.Reverse());
        Compare(Build(subject), expected.OrderBy(entry => entry.Key % 7));
        Trial.OnSeveralThreads(thread => Compare(schedule, thread == 0 ? expected : expected.Reverse()));

        static void Compare(ILearningRateSchedule schedule, IEnumerable<KeyValuePair<int, double>> expected)
        {
            foreach (var (iteration, rate) in expected)
                Require.That(
                    schedule.At(iteration).Equals(rate),
                    $"iteration {iteration} has two rates, depending on what was asked before",
                    "Compute a rate from the iteration alone, so that a training can go on anywhere; keep no state.");
        }
    }

    /// <summary>Beyond the last iteration the rate stays what it was there.</summary>
    /// <inheritdoc cref="GivesRatesFromZeroUp"/>
    public static void StaysAtItsLastRate(ScheduleUnderTest subject)
    {
        var schedule = Build(subject);
        var (last, next, far) = (schedule.At(subject.Iterations), schedule.At(subject.Iterations + 1), schedule.At(subject.Iterations * 10));
        // The last step of a falling rate may lie behind the last iteration.
        Require.That(
            next.Equals(far) && Math.Abs(next - last) <= 0.01 * subject.LearningRate,
            FormattableString.Invariant($"the rate is {last:g4} in the last iteration, {next:g4} in the next and {far:g4} long after"),
            "Clamp the iteration to ScheduleContext.Iterations.");
    }

    /// <summary>Iterations all over the training, its ends and some beyond.</summary>
    private static IEnumerable<int> Iterations(ScheduleUnderTest subject)
        => Enumerable.Range(0, Looks).Select(look => 1 + (int)((long)look * (subject.Iterations - 1) / (Looks - 1)))
            .Concat([2, subject.Iterations + 1, subject.Iterations * 10]).Distinct();

    private static ILearningRateSchedule Build(ScheduleUnderTest subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return subject.Create();
    }
}

namespace IRConStyle.Abstractions;

/// <summary>The learning rate of every iteration: a pure function, so that a run can be continued anywhere.</summary>
public interface ILearningRateSchedule
{
    /// <summary>The rate of one iteration, before any warm-up, which is the engine's business.</summary>
    /// <param name="iteration">From 1 on; beyond the last one the rate stays what it was there.</param>
    /// <returns>Not negative.</returns>
    double At(int iteration);
}

/// <summary>What a learning-rate schedule is built with.</summary>
/// <param name="services">The host's services.</param>
/// <param name="learningRate">The base rate.</param>
/// <param name="iterations">Iterations of the whole training.</param>
public sealed class ScheduleContext(IServiceProvider services, double learningRate, int iterations) : ComponentContext(services)
{
    /// <summary>The base rate.</summary>
    public double LearningRate { get; } = learningRate;

    /// <summary>Iterations of the whole training.</summary>
    public int Iterations { get; } = iterations;

    /// <summary>
    /// Iterations n of a warm-up whose last rate, (n − 1)/n of the base rate, a schedule that multiplies the current rate goes
    /// on from, as the authors' code does; 0, the usual, where the schedule's rates do not depend on the warm-up.
    /// </summary>
    public int InheritedWarmup { get; init; }
}

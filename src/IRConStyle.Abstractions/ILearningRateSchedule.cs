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
}

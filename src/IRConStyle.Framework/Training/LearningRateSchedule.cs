using IRConStyle.Framework.Composition;

namespace IRConStyle.Framework.Training;

/// <summary>
/// The paper's schedule: an optional linear warm-up, the base rate for a while, then half a cosine down to the least rate.
/// </summary>
/// <param name="options">Base and least rate, warm-up, constant part and total length.</param>
public sealed class LearningRateSchedule(TrainingOptions options)
{
    /// <summary>The rate of one iteration.</summary>
    /// <param name="iteration">From 1 to the total number of iterations.</param>
    public double At(int iteration)
    {
        // Iterations count from 1 and positions from 0, as in the authors' scheduler.
        var position = iteration - 1;
        if (position < options.WarmupIterations)
            return options.LearningRate * (position + 1) / options.WarmupIterations;

        var constant = Math.Max(options.ConstantIterations, options.WarmupIterations);
        if (position <= constant || options.Iterations <= constant)
            return options.LearningRate;

        var phase = Math.Min(1.0, (position - constant) / (double)(options.Iterations - constant));
        return options.MinLearningRate + (options.LearningRate - options.MinLearningRate) * 0.5 * (1 + Math.Cos(Math.PI * phase));
    }
}

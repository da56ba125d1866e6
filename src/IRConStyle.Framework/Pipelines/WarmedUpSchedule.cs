using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Pipelines;

/// <summary>A schedule behind a linear rise from zero to the base rate; the schedule's own iterations go on counting meanwhile.</summary>
/// <param name="schedule">The rates after the warm-up.</param>
/// <param name="learningRate">The base rate, which the rise would reach at the warm-up's end.</param>
/// <param name="warmup">Its iterations, of which the last one has the schedule's own rate, as in the authors' code; 0 for none.</param>
internal sealed class WarmedUpSchedule(ILearningRateSchedule schedule, double learningRate, int warmup) : ILearningRateSchedule
{
    public double At(int iteration)
        => iteration < warmup ? learningRate * iteration / warmup : schedule.At(iteration);
}

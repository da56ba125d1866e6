using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Schedules;

/// <summary>
/// Half cosines one after another, each from its weight's share of the base rate down to its least rate (Loshchilov and
/// Hutter, "SGDR", ICLR 2017). Where two meet the earlier one counts, so a restart shows one iteration later. Beyond the
/// last one its least rate stays; the authors' code throws there.
/// </summary>
public sealed class CosineRestartSchedule : ILearningRateSchedule
{
    private readonly double _learningRate;
    private readonly int _iterations;
    private readonly int[] _periods;
    private readonly double[] _weights;
    private readonly double[] _leastRates;

    /// <summary>Half cosines with one least rate.</summary>
    /// <param name="options">Their lengths and heights.</param>
    /// <param name="context">The base rate, and the training's length for options without periods.</param>
    /// <exception cref="IRConStyleException">The lists do not fit each other.</exception>
    public CosineRestartSchedule(CosineRestartOptions options, ScheduleContext context)
        : this(context, options.Checked("cosine-restart").Periods, options.RestartWeights, [options.MinLearningRate])
    {
    }

    /// <summary>Half cosines with a least rate each.</summary>
    /// <param name="options">Their lengths, heights and least rates.</param>
    /// <param name="context">The base rate.</param>
    /// <exception cref="IRConStyleException">The lists do not fit each other.</exception>
    public CosineRestartSchedule(CosineCyclicOptions options, ScheduleContext context)
        : this(context, options.Checked("cosine-cyclic").Periods, options.RestartWeights, options.MinLearningRates)
    {
    }

    private CosineRestartSchedule(ScheduleContext context, int[] periods, double[] weights, double[] leastRates)
    {
        ArgumentNullException.ThrowIfNull(context);
        (_learningRate, _iterations) = (context.LearningRate, context.Iterations);
        _periods = periods.Length > 0 ? periods : [context.Iterations];
        _weights = weights;
        _leastRates = leastRates;
    }

    /// <inheritdoc/>
    public double At(int iteration)
    {
        // Iterations count from 1 and positions from 0, as in the authors' scheduler.
        // Periods may be longer than the training, behind whose end the rate stays.
        var position = Math.Min(iteration - 1L, _iterations);
        var index = 0;
        while (position > _periods[index] && index < _periods.Length - 1)
            position -= _periods[index++];

        var phase = Math.Min(1.0, position / (double)_periods[index]);
        var least = _leastRates[Math.Min(index, _leastRates.Length - 1)];
        var weight = _weights.Length == 0 ? 1 : _weights[index];
        return least + weight * 0.5 * (_learningRate - least) * (1 + Math.Cos(Math.PI * phase));
    }
}

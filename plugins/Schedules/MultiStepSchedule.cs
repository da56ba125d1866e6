using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Schedules;

/// <summary>Options of <see cref="MultiStepSchedule"/>.</summary>
public sealed class MultiStepOptions : IValidatableObject
{
    /// <summary>Iterations after which the rate is multiplied, in order; one that stands twice multiplies twice.</summary>
    [ReferenceArgument("milestones")]
    public int[] Milestones { get; set; } = [];

    /// <summary>What the rate is multiplied by.</summary>
    [Range(0d, 1d, MinimumIsExclusive = true)]
    [ReferenceArgument("gamma")]
    public double Gamma { get; set; } = 0.1;

    /// <summary>Iterations after which the rate starts anew from the base rate, in order.</summary>
    [ReferenceArgument("restarts")]
    public int[] Restarts { get; set; } = [0];

    /// <summary>What the base rate is multiplied by at each restart.</summary>
    [ReferenceArgument("restart_weights")]
    public double[] RestartWeights { get; set; } = [1];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
    [
        .. OptionRules.AtLeast(nameof(Milestones), Milestones.Select(milestone => (double)milestone), 0),
        .. OptionRules.Increasing(nameof(Milestones), Milestones, strictly: false),
        .. OptionRules.AtLeast(nameof(Restarts), Restarts.Select(restart => (double)restart), 0),
        .. OptionRules.Increasing(nameof(Restarts), Restarts, strictly: true),
        .. OptionRules.AsMany(nameof(RestartWeights), RestartWeights.Length, nameof(Restarts), Restarts.Length),
        .. OptionRules.AtLeast(nameof(RestartWeights), RestartWeights, 0),
    ];
}

/// <summary>
/// A rate that falls in steps, and may start anew. A restart and a milestone after the same iteration are a restart.
/// </summary>
/// <remarks>
/// The authors' scheduler reads the current rate back from the optimizer, so that behind a warm-up of n iterations it goes on
/// from (n − 1)/n of the base rate until the next restart; <see cref="ScheduleContext.InheritedWarmup"/> brings that back.
/// </remarks>
public sealed class MultiStepSchedule : ILearningRateSchedule
{
    private readonly MultiStepOptions _options;
    private readonly ScheduleContext _context;

    /// <summary>Creates the schedule.</summary>
    /// <param name="options">The steps.</param>
    /// <param name="context">The base rate.</param>
    /// <exception cref="IRConStyleException">The lists do not fit each other, or are not in order.</exception>
    public MultiStepSchedule(MultiStepOptions options, ScheduleContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        (_options, _context) = (options.Checked("multi-step"), context);
    }

    /// <inheritdoc/>
    public double At(int iteration)
    {
        // Iterations count from 1 and positions from 0, as in the authors' scheduler.
        var position = iteration - 1;
        var (rate, from) = (_context.LearningRate, -1);
        var last = Array.FindLastIndex(_options.Restarts, restart => restart <= position);
        if (last >= 0)
            (rate, from) = (_context.LearningRate * _options.RestartWeights[last], _options.Restarts[last]);

        // The last warm-up iteration is n − 1, at position n − 2.
        var warm = _context.InheritedWarmup - 2;
        if (warm >= from && position > warm && warm >= 0)
            (rate, from) = (_context.LearningRate * (warm + 1) / (warm + 2), warm);

        var steps = _options.Milestones.Count(milestone => milestone > from && milestone <= position);
        return rate * Math.Pow(_options.Gamma, steps);
    }
}

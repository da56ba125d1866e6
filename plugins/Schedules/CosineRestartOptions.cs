using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Schedules;

/// <summary>Options of <see cref="CosineRestartSchedule"/> with one least rate.</summary>
public sealed class CosineRestartOptions : IValidatableObject
{
    /// <summary>Iterations of each half cosine, one after another; none makes one of the whole training.</summary>
    [ReferenceArgument("periods")]
    public int[] Periods { get; set; } = [];

    /// <summary>What each half cosine's height is multiplied by, one for each period; none is 1 throughout.</summary>
    [ReferenceArgument("restart_weights")]
    public double[] RestartWeights { get; set; } = [];

    /// <summary>The rate at the end of every half cosine.</summary>
    [Range(0d, 1d)]
    [ReferenceArgument("eta_min")]
    public double MinLearningRate { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
    [
        .. OptionRules.AtLeast(nameof(Periods), Periods.Select(period => (double)period), 1),
        .. OptionRules.AsMany(nameof(RestartWeights), RestartWeights.Length, nameof(Periods), Periods.Length, orNone: true),
        .. OptionRules.AtLeast(nameof(RestartWeights), RestartWeights, 0),
        .. OptionRules.AtLeast(nameof(MinLearningRate), [MinLearningRate], 0),
    ];
}

/// <summary>Options of <see cref="CosineRestartSchedule"/> with a least rate for each period; the defaults are the paper's.</summary>
public sealed class CosineCyclicOptions : IValidatableObject
{
    /// <summary>Iterations of each half cosine, one after another.</summary>
    [ReferenceArgument("periods")]
    public int[] Periods { get; set; } = [243_312, 460_320];

    /// <summary>What each half cosine's height is multiplied by, one for each period; none is 1 throughout.</summary>
    [ReferenceArgument("restart_weights")]
    public double[] RestartWeights { get; set; } = [];

    /// <summary>The rate at the end of each half cosine, one for each period; the base rate keeps a period's rate constant.</summary>
    [ReferenceArgument("eta_mins")]
    public double[] MinLearningRates { get; set; } = [3e-4, 1e-6];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
    [
        .. OptionRules.AtLeast("the number of " + nameof(Periods), [Periods.Length], 1),
        .. OptionRules.AtLeast(nameof(Periods), Periods.Select(period => (double)period), 1),
        .. OptionRules.AsMany(nameof(RestartWeights), RestartWeights.Length, nameof(Periods), Periods.Length, orNone: true),
        .. OptionRules.AtLeast(nameof(RestartWeights), RestartWeights, 0),
        .. OptionRules.AsMany(nameof(MinLearningRates), MinLearningRates.Length, nameof(Periods), Periods.Length),
        .. OptionRules.AtLeast(nameof(MinLearningRates), MinLearningRates, 0),
    ];
}

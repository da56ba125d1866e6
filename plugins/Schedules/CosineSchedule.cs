using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Schedules;

/// <summary>Options of <see cref="CosineSchedule"/>.</summary>
public sealed class CosineOptions
{
    /// <summary>Iterations at the base rate before the cosine starts.</summary>
    [Range(0, int.MaxValue)]
    public int ConstantIterations { get; set; }

    /// <summary>Iterations from the cosine's start to its end, behind which the least rate stays; null lasts to the training's end.</summary>
    [Range(1, int.MaxValue)]
    [ReferenceArgument("T_max")]
    public int? CosineIterations { get; set; }

    /// <summary>The rate at the end of the cosine.</summary>
    [Range(0d, 1d)]
    [ReferenceArgument("eta_min")]
    public double MinLearningRate { get; set; } = 1e-6;
}

/// <summary>The base rate for a while, then half a cosine down to the least rate at the training's end.</summary>
/// <param name="options">The constant part and the least rate.</param>
/// <param name="context">Base rate and length of the training.</param>
public sealed class CosineSchedule(CosineOptions options, ScheduleContext context) : ILearningRateSchedule
{
    /// <inheritdoc/>
    public double At(int iteration)
    {
        // Iterations count from 1 and positions from 0, as in the authors' scheduler.
        var position = iteration - 1;
        var falling = options.CosineIterations ?? context.Iterations - options.ConstantIterations;
        if (position <= options.ConstantIterations || falling <= 0)
            return context.LearningRate;

        var phase = Math.Min(1.0, (position - options.ConstantIterations) / (double)falling);
        return options.MinLearningRate + (context.LearningRate - options.MinLearningRate) * 0.5 * (1 + Math.Cos(Math.PI * phase));
    }
}

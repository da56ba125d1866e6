using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Schedules;

/// <summary>The base rate throughout.</summary>
/// <param name="context">The base rate.</param>
public sealed class ConstantSchedule(ScheduleContext context) : ILearningRateSchedule
{
    /// <inheritdoc/>
    public double At(int iteration) => context.LearningRate;
}

/// <summary>Options of <see cref="LinearSchedule"/>.</summary>
public sealed class LinearOptions
{
    /// <summary>The rate behind the training's last iteration.</summary>
    [Range(0d, 1d)]
    public double MinLearningRate { get; set; }
}

/// <summary>
/// A straight line from the base rate in the first iteration to the least rate behind the last one. The authors' options name
/// such a scheduler, <c>LinearLR</c>, which their code lacks; this is NAFNet's of that name (https://github.com/megvii-research/NAFNet).
/// </summary>
/// <param name="options">The least rate.</param>
/// <param name="context">Base rate and length of the training.</param>
public sealed class LinearSchedule(LinearOptions options, ScheduleContext context) : ILearningRateSchedule
{
    /// <inheritdoc/>
    public double At(int iteration)
    {
        var done = Math.Min(1.0, (iteration - 1) / (double)context.Iterations);
        return options.MinLearningRate + (context.LearningRate - options.MinLearningRate) * (1 - done);
    }
}

/// <summary>
/// Eighty triangles from zero up and down again, whose height falls linearly from the base rate to nothing in the first three
/// eighths of the training, is a fifth of it in the next two eighths and a tenth in the rest; the first rise starts at a
/// tenth. Named in the authors' options as <c>VibrateLR</c>, which their code lacks; this is NAFNet's of that name
/// (https://github.com/megvii-research/NAFNet). Beyond the last iteration its rate stays.
/// </summary>
/// <param name="context">Base rate and length of the training.</param>
public sealed class VibrateSchedule(ScheduleContext context) : ILearningRateSchedule
{
    private const int Triangles = 80;

    /// <inheritdoc/>
    public double At(int iteration)
    {
        var position = Math.Min(iteration, context.Iterations) - 1;
        var done = position / (double)context.Iterations;
        var height = done < 3 / 8.0 ? 1 - done * 8 / 3 : done < 5 / 8.0 ? 0.2 : 0.1;

        // A training shorter than its triangles would leave them without a width.
        var width = Math.Max(2, context.Iterations / Triangles);
        var half = width / 2;
        var rise = position % width / (double)half;
        var share = height * (rise < 1 ? rise : 2 - rise);
        return context.LearningRate * (position < half ? Math.Max(0.1, share) : share);
    }
}

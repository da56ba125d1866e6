using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checks;

/// <summary>A metric that returns numbers; infinity is one (PSNR of equal images), NaN is none.</summary>
internal sealed class CheckedMetric(IMetric metric, ComponentOrigin origin) : IMetric
{
    private readonly CheckedShapes _shapes = new();

    public MetricDirection Direction => metric.Direction;

    public string Unit => metric.Unit;

    public double Measure(torch.Tensor restored, torch.Tensor clean)
    {
        double value;
        try
        {
            value = metric.Measure(restored, clean);
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw origin.Failure(exception, "measuring an image");
        }

        return double.IsNaN(value)
            ? throw origin.Fault($"returned NaN, which is no number, for an image of {CheckedShapes.Text(restored.shape)}")
            : value;
    }
}

/// <summary>A schedule whose rates are finite and not negative.</summary>
internal sealed class CheckedSchedule(ILearningRateSchedule schedule, ComponentOrigin origin) : ILearningRateSchedule
{
    public double At(int iteration)
    {
        double rate;
        try
        {
            rate = schedule.At(iteration);
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw origin.Failure(exception, $"giving the rate of iteration {iteration}");
        }

        return rate >= 0 && double.IsFinite(rate)
            ? rate
            : throw origin.Fault(FormattableString.Invariant($"gave the rate {rate} for iteration {iteration}, where a finite number from 0 up is due"));
    }
}

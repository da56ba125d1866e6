using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Metrics;

/// <summary>
/// Mean absolute error over all pixels and channels, on the scale of 8-bit images, 0 to 255; smaller is better, 0 for equal
/// images. Papers that give it for values from 0 to 1 (defocus deblurring on DPDD does) give this one divided by 255.
/// </summary>
/// <param name="options">Border to leave out.</param>
/// <param name="lumaOnly">Whether RGB is reduced to luma first, which spans 16 to 235; grey images are measured as they are.</param>
public sealed class MaeMetric(MetricOptions options, bool lumaOnly) : ImageMetric("mae", options, lumaOnly, smallestSide: 1)
{
    /// <inheritdoc/>
    public override MetricDirection Direction => MetricDirection.LowerIsBetter;

    /// <inheritdoc/>
    public override string Unit => "of 255";

    private protected override double Measure(Planes restored, Planes clean)
    {
        var sum = 0.0;
        for (var i = 0; i < restored.Values.Length; i++)
            sum += Math.Abs(restored.Values[i] - clean.Values[i]);
        return sum / restored.Values.Length;
    }
}

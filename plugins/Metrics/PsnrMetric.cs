using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Metrics;

/// <summary>
/// Peak signal-to-noise ratio, 10·log10(255² / mean square difference) in dB; positive infinity for equal images.
/// </summary>
/// <param name="options">Border to leave out.</param>
/// <param name="lumaOnly">Whether RGB is reduced to luma first; grey images are measured as they are.</param>
public sealed class PsnrMetric(MetricOptions options, bool lumaOnly) : ImageMetric("psnr", options, lumaOnly, smallestSide: 1)
{
    /// <inheritdoc/>
    public override string Unit => "dB";

    private protected override double Measure(Planes restored, Planes clean)
    {
        var sum = 0.0;
        for (var i = 0; i < restored.Values.Length; i++)
        {
            var difference = restored.Values[i] - clean.Values[i];
            sum += difference * difference;
        }

        return sum == 0 ? double.PositiveInfinity : 10 * Math.Log10(255.0 * 255.0 / (sum / restored.Values.Length));
    }
}

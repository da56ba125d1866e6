using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Metrics;

/// <summary>
/// Peak signal-to-noise ratio, 10·log10(peak² / mean square difference) in dB. The batch form adds 1e-8 to the mean square
/// difference (on the scale 0 to 1), as its published PyTorch counterpart does: equal images give 80 dB there, and positive
/// infinity in the 8-bit form.
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

    private protected override torch.Tensor MeasureBatchPrepared(torch.Tensor restored, torch.Tensor clean) =>
        (restored - clean).square().mean([1, 2, 3]).add(1e-8).reciprocal().log10().mul(10);
}

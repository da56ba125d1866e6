namespace IRConStyle.Plugins.Metrics;

/// <summary>
/// Structural similarity (Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to
/// Structural Similarity", IEEE TIP 2004) with the original 11×11 Gaussian window of σ = 1.5 over positions where it lies
/// fully inside the image, averaged over positions and channels; −1 to 1, and 1 for equal images. Images need 11 pixels a
/// side.
/// </summary>
/// <param name="options">Border to leave out.</param>
/// <param name="lumaOnly">Whether RGB is reduced to luma first; grey images are measured as they are.</param>
public sealed class SsimMetric(MetricOptions options, bool lumaOnly) : ImageMetric("ssim", options, lumaOnly, StructuralSimilarity.Size)
{
    /// <inheritdoc/>
    public override string Unit => "";

    private protected override double Measure(Planes restored, Planes clean)
    {
        var sum = 0.0;
        for (var channel = 0; channel < restored.Channels; channel++)
            sum += StructuralSimilarity.Of(restored.Plane(channel), clean.Plane(channel), restored.Height, restored.Width).Whole;
        return sum / restored.Channels;
    }
}

namespace IRConStyle.Plugins.Metrics;

/// <summary>
/// Multi-scale structural similarity (Wang, Simoncelli and Bovik, "Multi-scale Structural Similarity for Image Quality
/// Assessment", Asilomar 2003): the product over five scales of contrast and structure, and at the coarsest scale of
/// luminance too, each mean to the power of its published weight, with the window of <see cref="SsimMetric"/>. 0 to 1,
/// and 1 for equal images.
/// </summary>
/// <remarks>
/// From one scale to the next, 2×2 pixels are averaged; of an odd side the last row or column is repeated, as the authors'
/// revised MATLAB code and TensorFlow do (others pad with zeros, or drop it). Means below 0, which have no real power, count
/// as 0, as in TensorFlow and the usual PyTorch code; the authors' code would return a complex number. Colour images are
/// measured channel by channel, and the channels' results averaged.
/// </remarks>
/// <param name="options">Border to leave out, and number of scales.</param>
/// <param name="lumaOnly">Whether RGB is reduced to luma first; grey images are measured as they are.</param>
public sealed class MsSsimMetric(MsSsimOptions options, bool lumaOnly)
    : ImageMetric("ms-ssim", options, lumaOnly, SmallestSide((options ?? throw new ArgumentNullException(nameof(options))).Scales))
{
    private static readonly double[] PublishedWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    private readonly double[] _weights = WeightsOf(options.Scales);

    /// <inheritdoc/>
    public override string Unit => "";

    /// <summary>The pixels a side needs for the window to fit into the coarsest scale.</summary>
    internal static int SmallestSide(int scales) => (StructuralSimilarity.Size - 1) * (1 << (scales - 1)) + 1;

    /// <summary>The weight of each scale, finest first. All five sum to 1.0001, as published; fewer are scaled to 1.</summary>
    internal static double[] WeightsOf(int scales)
        => scales == PublishedWeights.Length
            ? PublishedWeights
            : [.. PublishedWeights.Take(scales).Select(weight => weight / PublishedWeights.Take(scales).Sum())];

    private protected override string SizeRemedy(long smallerSide)
    {
        var fitting = Enumerable.Range(1, _weights.Length).LastOrDefault(scales => SmallestSide(scales) <= smallerSide);
        var needed = SmallestSide(_weights.Length);
        return $"Scales {_weights.Length} needs {needed}×{needed} pixels"
            + (fitting > 0 ? $"; Scales {fitting} fits this image, but its figures compare only with figures of {fitting}." : ", and none fits this image.");
    }

    private protected override double Measure(Planes restored, Planes clean)
    {
        var sum = 0.0;
        for (var channel = 0; channel < restored.Channels; channel++)
            sum += OfPlane(restored.Plane(channel), clean.Plane(channel), restored.Height, restored.Width);
        return sum / restored.Channels;
    }

    private double OfPlane(ReadOnlySpan<double> x, ReadOnlySpan<double> y, int height, int width)
    {
        var result = 1.0;
        for (var scale = 0; ; scale++)
        {
            var similarity = StructuralSimilarity.Of(x, y, height, width);
            var isLast = scale == _weights.Length - 1;
            result *= Math.Pow(Math.Max(isLast ? similarity.Whole : similarity.Contrast, 0), _weights[scale]);
            if (isLast)
                return result;
            x = Halve(x, height, width);
            y = Halve(y, height, width);
            (height, width) = ((height + 1) / 2, (width + 1) / 2);
        }
    }

    private static double[] Halve(ReadOnlySpan<double> plane, int height, int width)
    {
        var (rows, columns) = ((height + 1) / 2, (width + 1) / 2);
        var half = new double[rows * columns];
        for (var row = 0; row < rows; row++)
        {
            var upper = plane.Slice(2 * row * width, width);
            var lower = plane.Slice(Math.Min(2 * row + 1, height - 1) * width, width);
            var target = half.AsSpan(row * columns, columns);
            for (var column = 0; column < width / 2; column++)
                target[column] = (upper[2 * column] + upper[2 * column + 1] + lower[2 * column] + lower[2 * column + 1]) / 4;
            if (width % 2 == 1)
                target[^1] = (upper[^1] + lower[^1]) / 2;
        }

        return half;
    }
}

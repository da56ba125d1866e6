namespace IRConStyle.Plugins.Degradations;

/// <summary>Bicubic resizing (cubic convolution), along rows and then along columns; a smaller image is antialiased.</summary>
internal static class BicubicResize
{
    /// <summary>Resizes every channel.</summary>
    /// <param name="image">C×H×W.</param>
    /// <param name="from">Its size.</param>
    /// <param name="to">The size wanted, of as many channels.</param>
    /// <returns>C×H'×W'; values may overshoot.</returns>
    public static float[] Apply(ReadOnlySpan<float> image, PlaneSize from, PlaneSize to)
    {
        var (columns, rows) = (Weights(from.Width, to.Width), Weights(from.Height, to.Height));
        var wide = new float[from.Channels * from.Height * to.Width];
        for (var row = 0; row < from.Channels * from.Height; row++)
            Line(image.Slice(row * from.Width, from.Width), 1, wide.AsSpan(row * to.Width, to.Width), 1, columns);
        var result = new float[to.Channels * to.Plane];
        for (var channel = 0; channel < from.Channels; channel++)
            for (var column = 0; column < to.Width; column++)
                Line(
                    wide.AsSpan(channel * from.Height * to.Width + column), to.Width,
                    result.AsSpan(channel * to.Plane + column), to.Width, rows);
        return result;
    }

    private static void Line(ReadOnlySpan<float> source, int sourceStep, Span<float> target, int targetStep, (int[] Places, double[] Weights)[] table)
    {
        for (var i = 0; i < table.Length; i++)
        {
            var (places, weights) = table[i];
            var sum = 0.0;
            for (var tap = 0; tap < places.Length; tap++)
                sum += weights[tap] * source[places[tap] * sourceStep];
            target[i * targetStep] = (float)sum;
        }
    }

    /// <summary>For each new pixel the old ones it is made of, and their weights, which sum to 1.</summary>
    private static (int[] Places, double[] Weights)[] Weights(int from, int to)
    {
        var ratio = (double)from / to;
        // Shrinking widens the kernel by the ratio, so that it averages what falls together.
        var stretch = Math.Max(1, ratio);
        return
        [
            .. Enumerable.Range(0, to).Select(i =>
            {
                var centre = (i + 0.5) * ratio - 0.5;
                var first = (int)Math.Ceiling(centre - 2 * stretch);
                var count = (int)Math.Floor(centre + 2 * stretch) - first + 1;
                double[] weights = [.. Enumerable.Range(first, count).Select(at => Cubic((at - centre) / stretch))];
                var sum = weights.Sum();
                return (
                    Enumerable.Range(first, count).Select(at => Symmetric(at, from)).ToArray(),
                    weights.Select(weight => weight / sum).ToArray());
            }),
        ];
    }

    /// <summary>Beyond its borders the image is mirrored with the outermost pixel repeated, as <c>imresize</c> does.</summary>
    private static int Symmetric(int at, int length)
    {
        at = ((at % (2 * length)) + 2 * length) % (2 * length);
        return at < length ? at : 2 * length - 1 - at;
    }

    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        return x <= 1 ? (1.5 * x - 2.5) * x * x + 1
            : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2
            : 0;
    }
}

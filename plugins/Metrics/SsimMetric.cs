using System.Numerics;
using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch.nn.functional;

namespace IRConStyle.Plugins.Metrics;

/// <summary>
/// Structural similarity (Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to
/// Structural Similarity", IEEE TIP 2004) with the original 11×11 Gaussian window of σ = 1.5 over positions where it lies
/// fully inside the image, averaged over positions and channels; 1 for equal images. Images need 11 pixels a side.
/// </summary>
/// <param name="options">Border to leave out.</param>
/// <param name="lumaOnly">Whether RGB is reduced to luma first; grey images are measured as they are.</param>
public sealed class SsimMetric(MetricOptions options, bool lumaOnly) : ImageMetric("ssim", options, lumaOnly, WindowSize)
{
    private const int WindowSize = 11;
    private const double C1 = 0.01 * 255 * (0.01 * 255);
    private const double C2 = 0.03 * 255 * (0.03 * 255);

    /// <summary>The window's rows and columns: the window is their outer product, so it is applied one after the other.</summary>
    internal static readonly double[] Window = GaussianWindow();

    /// <inheritdoc/>
    public override string Unit => "";

    private protected override double Measure(Planes restored, Planes clean)
    {
        var (height, width, plane) = (restored.Height, restored.Width, restored.Height * restored.Width);
        var (columns, row) = (new Moments(width), new Moments(width));
        var sum = 0.0;
        for (var channel = 0; channel < restored.Channels; channel++)
        {
            var x = restored.Values.AsSpan(channel * plane, plane);
            var y = clean.Values.AsSpan(channel * plane, plane);
            for (var top = 0; top <= height - WindowSize; top++)
            {
                columns.WeighRows(x[(top * width)..], y[(top * width)..], width);
                row.WeighColumns(columns);
                sum += row.SumOfSimilarities(width - WindowSize + 1);
            }
        }

        return sum / (restored.Channels * (double)(height - WindowSize + 1) * (width - WindowSize + 1));
    }

    private protected override torch.Tensor MeasureBatchPrepared(torch.Tensor restored, torch.Tensor clean)
    {
        var (batch, channels) = (restored.shape[0], restored.shape[1]);
        var x = restored.mul(255).reshape(batch * channels, 1, restored.shape[2], restored.shape[3]);
        var y = clean.mul(255).reshape(batch * channels, 1, restored.shape[2], restored.shape[3]);

        var window = torch.tensor(Window, dtype: torch.float64, device: restored.device);
        var maps = torch.cat([x, y, x * x + y * y, x * y]);
        var weighted = conv2d(conv2d(maps, window.view(1, 1, WindowSize, 1)), window.view(1, 1, 1, WindowSize)).chunk(4);
        var (meanX, meanY, squares, product) = (weighted[0], weighted[1], weighted[2], weighted[3]);

        var meanProduct = meanX * meanY;
        var meanSquares = meanX * meanX + meanY * meanY;
        var similarity = (2 * meanProduct + C1) * (2 * (product - meanProduct) + C2)
            / ((meanSquares + C1) * (squares - meanSquares + C2));
        return similarity.view(batch, -1).mean([1]);
    }

    private static double[] GaussianWindow()
    {
        double[] window = [.. Enumerable.Range(0, WindowSize).Select(i => Math.Exp(-(i - 5) * (i - 5) / (2 * 1.5 * 1.5)))];
        var sum = window.Sum();
        return [.. window.Select(value => value / sum)];
    }

    /// <summary>Window-weighted x, y, x² + y² and x·y along one row of the image.</summary>
    private sealed class Moments(int width)
    {
        private readonly double[] x = new double[width];
        private readonly double[] y = new double[width];
        private readonly double[] squares = new double[width];
        private readonly double[] product = new double[width];

        /// <summary>Weighs eleven image rows down to one.</summary>
        public void WeighRows(ReadOnlySpan<double> imageX, ReadOnlySpan<double> imageY, int stride)
        {
            var column = 0;
            for (; column <= width - Vector<double>.Count; column += Vector<double>.Count)
            {
                var (sumX, sumY, sumSquares, sumProduct) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
                for (var tap = 0; tap < WindowSize; tap++)
                {
                    var valueX = new Vector<double>(imageX[(tap * stride + column)..]);
                    var valueY = new Vector<double>(imageY[(tap * stride + column)..]);
                    var weight = Window[tap];
                    sumX += weight * valueX;
                    sumY += weight * valueY;
                    sumSquares += weight * (valueX * valueX + valueY * valueY);
                    sumProduct += weight * (valueX * valueY);
                }

                sumX.CopyTo(x, column);
                sumY.CopyTo(y, column);
                sumSquares.CopyTo(squares, column);
                sumProduct.CopyTo(product, column);
            }

            for (; column < width; column++)
            {
                (x[column], y[column], squares[column], product[column]) = (0, 0, 0, 0);
                for (var tap = 0; tap < WindowSize; tap++)
                {
                    var (valueX, valueY, weight) = (imageX[tap * stride + column], imageY[tap * stride + column], Window[tap]);
                    x[column] += weight * valueX;
                    y[column] += weight * valueY;
                    squares[column] += weight * (valueX * valueX + valueY * valueY);
                    product[column] += weight * (valueX * valueY);
                }
            }
        }

        /// <summary>Weighs eleven neighbours of each column.</summary>
        public void WeighColumns(Moments rows)
        {
            Weigh(rows.x, x);
            Weigh(rows.y, y);
            Weigh(rows.squares, squares);
            Weigh(rows.product, product);
        }

        public double SumOfSimilarities(int count)
        {
            var sum = 0.0;
            for (var i = 0; i < count; i++)
            {
                var meanProduct = x[i] * y[i];
                var meanSquares = x[i] * x[i] + y[i] * y[i];
                sum += (2 * meanProduct + C1) * (2 * (product[i] - meanProduct) + C2)
                    / ((meanSquares + C1) * (squares[i] - meanSquares + C2));
            }

            return sum;
        }

        private static void Weigh(double[] from, double[] to)
        {
            var count = from.Length - WindowSize + 1;
            var at = 0;
            for (; at <= count - Vector<double>.Count; at += Vector<double>.Count)
            {
                var sum = Vector<double>.Zero;
                for (var tap = 0; tap < WindowSize; tap++)
                    sum += Window[tap] * new Vector<double>(from, at + tap);
                sum.CopyTo(to, at);
            }

            for (; at < count; at++)
            {
                to[at] = 0;
                for (var tap = 0; tap < WindowSize; tap++)
                    to[at] += Window[tap] * from[at + tap];
            }
        }
    }
}

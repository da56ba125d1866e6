using System.Numerics;

namespace IRConStyle.Plugins.Metrics;

/// <summary>
/// What SSIM and MS-SSIM share: means, variances and covariance below the original 11×11 Gaussian window of σ = 1.5, at
/// every position where it lies fully inside the image, and what Wang et al. (2004) make of them.
/// </summary>
internal static class StructuralSimilarity
{
    /// <summary>The window's side in pixels.</summary>
    public const int Size = 11;

    private const double C1 = 0.01 * 255 * (0.01 * 255);
    private const double C2 = 0.03 * 255 * (0.03 * 255);

    /// <summary>The window's rows and columns: the window is their outer product, so it is applied one after the other.</summary>
    public static readonly double[] Weights = GaussianWeights();

    /// <summary>Compares two planes.</summary>
    /// <param name="x">H×W, 0 to 255, at least <see cref="Size"/> a side.</param>
    /// <param name="y">The other, of the same size.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <returns>The means over all positions.</returns>
    public static PlaneSimilarity Of(ReadOnlySpan<double> x, ReadOnlySpan<double> y, int height, int width)
    {
        var (columns, row) = (new Moments(width), new Moments(width));
        var (whole, contrast) = (0.0, 0.0);
        for (var top = 0; top <= height - Size; top++)
        {
            columns.WeighRows(x[(top * width)..], y[(top * width)..], width);
            row.WeighColumns(columns);
            row.AddTo(ref whole, ref contrast, width - Size + 1);
        }

        var positions = (double)(height - Size + 1) * (width - Size + 1);
        return new PlaneSimilarity(whole / positions, contrast / positions);
    }

    private static double[] GaussianWeights()
    {
        double[] window = [.. Enumerable.Range(0, Size).Select(i => Math.Exp(-(i - 5) * (i - 5) / (2 * 1.5 * 1.5)))];
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
                for (var tap = 0; tap < Size; tap++)
                {
                    var valueX = new Vector<double>(imageX[(tap * stride + column)..]);
                    var valueY = new Vector<double>(imageY[(tap * stride + column)..]);
                    var weight = Weights[tap];
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
                for (var tap = 0; tap < Size; tap++)
                {
                    var (valueX, valueY, weight) = (imageX[tap * stride + column], imageY[tap * stride + column], Weights[tap]);
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

        /// <summary>Adds up the similarity of the first columns, and its factor for contrast and structure.</summary>
        public void AddTo(ref double whole, ref double contrast, int count)
        {
            var at = 0;
            var (sumWhole, sumContrast) = (Vector<double>.Zero, Vector<double>.Zero);
            for (; at <= count - Vector<double>.Count; at += Vector<double>.Count)
            {
                var (meanX, meanY) = (new Vector<double>(x, at), new Vector<double>(y, at));
                var meanProduct = meanX * meanY;
                var meanSquares = meanX * meanX + meanY * meanY;
                var factor = (2 * (new Vector<double>(product, at) - meanProduct) + new Vector<double>(C2))
                    / (new Vector<double>(squares, at) - meanSquares + new Vector<double>(C2));
                sumContrast += factor;
                sumWhole += (2 * meanProduct + new Vector<double>(C1)) / (meanSquares + new Vector<double>(C1)) * factor;
            }

            contrast += Vector.Sum(sumContrast);
            whole += Vector.Sum(sumWhole);
            for (; at < count; at++)
            {
                var meanProduct = x[at] * y[at];
                var meanSquares = x[at] * x[at] + y[at] * y[at];
                var factor = (2 * (product[at] - meanProduct) + C2) / (squares[at] - meanSquares + C2);
                contrast += factor;
                whole += (2 * meanProduct + C1) / (meanSquares + C1) * factor;
            }
        }

        private static void Weigh(double[] from, double[] to)
        {
            var count = from.Length - Size + 1;
            var at = 0;
            for (; at <= count - Vector<double>.Count; at += Vector<double>.Count)
            {
                var sum = Vector<double>.Zero;
                for (var tap = 0; tap < Size; tap++)
                    sum += Weights[tap] * new Vector<double>(from, at + tap);
                sum.CopyTo(to, at);
            }

            for (; at < count; at++)
            {
                to[at] = 0;
                for (var tap = 0; tap < Size; tap++)
                    to[at] += Weights[tap] * from[at + tap];
            }
        }
    }
}

/// <summary>How similar two planes are, averaged over the positions of the window.</summary>
/// <param name="Whole">Luminance, contrast and structure: SSIM.</param>
/// <param name="Contrast">Contrast and structure alone.</param>
internal readonly record struct PlaneSimilarity(double Whole, double Contrast);

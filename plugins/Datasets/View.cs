using System.Runtime.InteropServices;
using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Datasets;

/// <summary>
/// Which part of an image a sample shows, and how it is turned: cropped, then flipped, then transposed. What lies beyond the
/// image's right and lower border is its reflection, the border itself not repeated, as often as it takes.
/// </summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="FlipHorizontally">Mirror left and right.</param>
/// <param name="FlipVertically">Mirror top and bottom.</param>
/// <param name="Transpose">Swap rows and columns, which with the flips gives all rotations.</param>
internal readonly record struct View(
    int Top, int Left, int Height, int Width, bool FlipHorizontally, bool FlipVertically, bool Transpose)
{
    // Division, not a product with 1/255: the results differ in the last bit.
    private static readonly float[] Unit = [.. Enumerable.Range(0, 256).Select(value => value / 255f)];

    /// <summary>
    /// Draws a view. A function of the request alone: a SplitMix64 stream of the seed gives, in this order, the patch's top
    /// and left (when a patch is asked for), then horizontal flip, vertical flip and transposition, each with probability
    /// one half (when augmenting). A patch larger than the image begins at its upper left corner.
    /// </summary>
    public static View Draw(int height, int width, SampleRequest request)
    {
        var random = new SplitMix64(request.Seed);
        var (top, left, rows, columns) = (0, 0, height, width);
        if (request.PatchSize is { } patch)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patch, nameof(request));
            (top, left) = (random.Below(Math.Max(0, height - patch) + 1), random.Below(Math.Max(0, width - patch) + 1));
            (rows, columns) = (patch, patch);
        }

        return request.Augment
            ? new View(top, left, rows, columns, random.Coin(), random.Coin(), random.Coin())
            : new View(top, left, rows, columns, false, false, false);
    }

    /// <summary>Cuts the view out of an image.</summary>
    /// <returns>3×H×W float32 in [0,1], owned by the caller, in no dispose scope.</returns>
    public torch.Tensor Of(DecodedImage image)
    {
        var (rows, columns) = Transpose ? (Width, Height) : (Height, Width);
        var result = torch.empty([3, rows, columns], dtype: torch.float32).DetachFromDisposeScope();
        var target = MemoryMarshal.Cast<byte, float>(result.bytes);
        if (Top + Height > image.Height || Left + Width > image.Width)
        {
            FillReflected(image, target, rows, columns);
            return result;
        }

        // Source index = start + row × rowStep + column × columnStep, in rows and columns of the result.
        var start = (FlipVertically ? Top + Height - 1 : Top) * image.RowStep + (FlipHorizontally ? Left + Width - 1 : Left);
        var rowStep = FlipVertically ? -image.RowStep : image.RowStep;
        var columnStep = FlipHorizontally ? -1 : 1;
        if (Transpose)
            (rowStep, columnStep) = (columnStep, rowStep);

        var (pixels, unit, to) = (image.Pixels, Unit, 0);
        for (var channel = 0; channel < 3; channel++)
            for (var row = 0; row < rows; row++)
            {
                var from = start + channel * image.PlaneStep + row * rowStep;
                for (var column = 0; column < columns; column++, from += columnStep)
                    target[to++] = unit[pixels[from]];
            }

        return result;
    }

    private void FillReflected(DecodedImage image, Span<float> target, int rows, int columns)
    {
        var to = 0;
        for (var channel = 0; channel < 3; channel++)
            for (var row = 0; row < rows; row++)
                for (var column = 0; column < columns; column++)
                {
                    var (y, x) = Transpose ? (column, row) : (row, column);
                    y = Reflect(Top + (FlipVertically ? Height - 1 - y : y), image.Height);
                    x = Reflect(Left + (FlipHorizontally ? Width - 1 - x : x), image.Width);
                    target[to++] = Unit[image.Pixels[channel * image.PlaneStep + y * image.RowStep + x]];
                }
    }

    /// <summary>The place in an image that a place beyond its border mirrors.</summary>
    private static int Reflect(int place, int length)
    {
        if (length == 1)
            return 0;
        var period = 2 * (length - 1);
        var within = place % period;
        return within < length ? within : period - within;
    }

    // Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
    private struct SplitMix64(ulong state)
    {
        public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

        public bool Coin() => Next() >> 63 == 0;

        private ulong Next()
        {
            var value = state += 0x9E3779B97F4A7C15UL;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return value ^ (value >> 31);
        }
    }
}

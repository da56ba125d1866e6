using System.Runtime.CompilerServices;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// A depthwise 3×3 convolution along a row, one vector of channels after the other. Every input is read once: it meets the
/// right weights for the pixel behind it, the middle ones for its own and the left ones for the pixel ahead.
/// </summary>
internal static unsafe class DepthwiseKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Computes a row.</summary>
    /// <param name="weights">For each vector of inputs nine: the left column from above, the middle one, the right one.</param>
    /// <param name="bias">One vector for each vector of inputs.</param>
    /// <param name="outputs">Channels written.</param>
    /// <param name="gated">Whether every second vector is multiplied with the one before it.</param>
    /// <param name="above">The row above; all three from one pixel before the first output on.</param>
    /// <param name="row">The row itself.</param>
    /// <param name="below">The row below.</param>
    /// <param name="step">Numbers from a pixel to the next in the three rows.</param>
    /// <param name="target">The outputs.</param>
    /// <param name="sums">One number per channel written, to which its outputs are added.</param>
    /// <param name="pixels">How many, from 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* weights, float* bias, int outputs, bool gated,
        float* above, float* row, float* below, int step, PixelSpan target, float* sums, int pixels)
    {
        var lanes = TSimd.Lanes;
        for (var first = 0; first < outputs; first += lanes)
        {
            var columns = Math.Min(lanes, outputs - first);
            for (var half = 0; half < (gated ? 2 : 1); half++)
            {
                Vector(
                    weights, bias, columns, above, row, below, step, target.At(0) + first, target.Step, pixels,
                    multiplies: half == 1, half == 1 || !gated ? sums + first : null);
                weights += 9 * lanes;
                bias += lanes;
                above += lanes;
                row += lanes;
                below += lanes;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Vector(
        float* w, float* bias, int columns, float* above, float* row, float* below, int step,
        float* target, int targetStep, int pixels, bool multiplies, float* sums)
    {
        var lanes = TSimd.Lanes;
        Column left = new(w, w + lanes, w + (2 * lanes));
        Column middle = new(w + (3 * lanes), w + (4 * lanes), w + (5 * lanes));
        Column right = new(w + (6 * lanes), w + (7 * lanes), w + (8 * lanes));
        var nothing = TSimd.Load(bias);

        // The two pixels that the first columns have a part in, and no pixel before them.
        var current = left.Meet(new(above, row, below), nothing);
        above += step;
        row += step;
        below += step;
        var inputs = new Column(above, row, below);
        current = middle.Meet(inputs, current);
        var next = left.Meet(inputs, nothing);

        var sum = TSimd.Fill(0);
        for (var pixel = 0; pixel < pixels; pixel++, target += targetStep)
        {
            above += step;
            row += step;
            below += step;
            inputs = new Column(above, row, below);
            var result = right.Meet(inputs, current);
            current = middle.Meet(inputs, next);
            next = left.Meet(inputs, nothing);
            if (multiplies)
                result = TSimd.Multiply(result, TSimd.Load(target, columns));
            TSimd.Store(target, result, columns);
            sum = TSimd.Add(sum, result);
        }

        if (sums != null)
            TSimd.Store(sums, TSimd.Add(sum, TSimd.Load(sums, columns)), columns);
    }

    /// <summary>Three inputs, or weights, one above the other.</summary>
    private readonly struct Column
    {
        private readonly TVector _above;
        private readonly TVector _row;
        private readonly TVector _below;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Column(float* above, float* row, float* below) =>
            (_above, _row, _below) = (TSimd.Load(above), TSimd.Load(row), TSimd.Load(below));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Meet(Column inputs, TVector sum) => TSimd.MultiplyAdd(
            inputs._below, _below, TSimd.MultiplyAdd(inputs._row, _row, TSimd.MultiplyAdd(inputs._above, _above, sum)));
    }
}

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
    /// <param name="form">Whether every second vector is multiplied with the one before it, or with the GELU of that.</param>
    /// <param name="rows">The inputs, from one pixel before the first output on.</param>
    /// <param name="target">The outputs, one pixel or more.</param>
    /// <param name="sums">One number per channel written, to which its outputs are added; null for none.</param>
    /// <param name="ofSquares">Whether it is their squares that are added.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* weights, float* bias, int outputs, OutputForm form, RowNeighbourhood rows, PixelSpan target, float* sums, bool ofSquares)
    {
        var lanes = TSimd.Lanes;
        var gated = form != OutputForm.Plain;
        float* above = rows.Above.At(0), row = rows.Row.At(0), below = rows.Below.At(0);
        for (var first = 0; first < outputs; first += lanes)
        {
            var columns = Math.Min(lanes, outputs - first);
            for (var half = 0; half < (gated ? 2 : 1); half++)
            {
                var job = new Job(
                    columns, rows.Row.Step, target.Step, target.Count, activates: half == 0 && form == OutputForm.GeluGated,
                    multiplies: half == 1, ofSquares);
                Vector(
                    weights, bias, job, above, row, below, target.At(0) + first,
                    sums != null && (half == 1 || !gated) ? sums + first : null);
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
        float* w, float* bias, Job job, float* above, float* row, float* below, float* target, float* sums)
    {
        var lanes = TSimd.Lanes;
        var (columns, step) = (job.Columns, job.Step);
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
        for (var pixel = 0; pixel < job.Pixels; pixel++, target += job.TargetStep)
        {
            above += step;
            row += step;
            below += step;
            inputs = new Column(above, row, below);
            var result = right.Meet(inputs, current);
            current = middle.Meet(inputs, next);
            next = left.Meet(inputs, nothing);
            if (job.Activates)
                result = GeluKernel<TSimd, TVector>.Apply(result);
            if (job.Multiplies)
                result = TSimd.Multiply(result, TSimd.Load(target, columns));
            TSimd.Store(target, result, columns);
            sum = job.OfSquares ? TSimd.MultiplyAdd(result, result, sum) : TSimd.Add(sum, result);
        }

        if (sums != null)
            TSimd.Store(sums, TSimd.Add(sum, TSimd.Load(sums, columns)), columns);
    }

    /// <summary>One vector of channels along a row.</summary>
    private readonly struct Job(int columns, int step, int targetStep, int pixels, bool activates, bool multiplies, bool ofSquares)
    {
        public readonly int Columns = columns;
        public readonly nint Step = step;
        public readonly nint TargetStep = targetStep;
        public readonly int Pixels = pixels;
        public readonly bool Activates = activates;
        public readonly bool Multiplies = multiplies;
        public readonly bool OfSquares = ofSquares;
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

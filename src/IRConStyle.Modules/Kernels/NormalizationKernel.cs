using System.Runtime.CompilerServices;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// Normalises the channels of every pixel. As many pixels as a vector has lanes go together: their sums are the lanes of one
/// vector, so that the square roots and divisions of all are one operation.
/// </summary>
internal static unsafe class NormalizationKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>
    /// (x − mean) / √(variance + epsilon), or x / √(variance + epsilon), with the variance around the mean as in the definition.
    /// </summary>
    /// <param name="source">The inputs; says how many pixels there are.</param>
    /// <param name="target">The outputs.</param>
    /// <param name="channels">Of each.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="centres">Whether the mean is subtracted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PixelSpan source, PixelSpan target, int channels, float epsilon, bool centres)
    {
        var lanes = TSimd.Lanes;
        var parts = stackalloc float[lanes * lanes];
        var means = stackalloc float[2 * lanes];
        var scales = means + lanes;
        var share = TSimd.Fill(1f / channels);
        // Whole vectors, and what is left in the last one, which has at least one lane.
        var whole = (channels - 1) / lanes * lanes;
        var rest = channels - whole;
        var ones = TSimd.Fill(1);
        TSimd.Store(means, ones);
        var inside = TSimd.Load(means, rest);
        for (var first = 0; first < source.Count; first += lanes)
        {
            var count = Math.Min(lanes, source.Count - first);
            var from = source.At(first);
            for (var i = 0; i < count; i++)
            {
                var x = from + ((nint)i * source.Step);
                var sum = TSimd.Load(x + whole, rest);
                for (var k = 0; k < whole; k += lanes)
                    sum = TSimd.Add(sum, TSimd.Load(x + k));
                TSimd.Store(parts + (i * lanes), sum);
            }

            TSimd.Store(means, TSimd.Multiply(TSimd.SumEach(parts), share));
            for (var i = 0; i < count; i++)
            {
                var x = from + ((nint)i * source.Step);
                var mean = TSimd.Fill(means[i]);
                var centred = TSimd.Multiply(TSimd.Subtract(TSimd.Load(x + whole, rest), mean), inside);
                var sum = TSimd.Multiply(centred, centred);
                for (var k = 0; k < whole; k += lanes)
                {
                    centred = TSimd.Subtract(TSimd.Load(x + k), mean);
                    sum = TSimd.MultiplyAdd(centred, centred, sum);
                }

                TSimd.Store(parts + (i * lanes), sum);
            }

            TSimd.Store(scales, TSimd.ReciprocalRoot(TSimd.MultiplyAdd(TSimd.SumEach(parts), share, TSimd.Fill(epsilon))));
            var to = target.At(first);
            for (var i = 0; i < count; i++)
            {
                var x = from + ((nint)i * source.Step);
                var y = to + ((nint)i * target.Step);
                var mean = TSimd.Fill(centres ? means[i] : 0);
                var scale = TSimd.Fill(scales[i]);
                for (var k = 0; k < whole; k += lanes)
                    TSimd.Store(y + k, TSimd.Multiply(TSimd.Subtract(TSimd.Load(x + k), mean), scale));
                TSimd.Store(y + whole, TSimd.Multiply(TSimd.Subtract(TSimd.Load(x + whole, rest), mean), scale), rest);
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace IRConStyle.Modules.Kernels;

/// <summary>Multiplies the channels of every pixel with the same factors.</summary>
internal static unsafe class ScalingKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Multiplies.</summary>
    /// <param name="source">The inputs; says how many pixels and channels there are.</param>
    /// <param name="factors">One for each channel.</param>
    /// <param name="target">The outputs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PixelSpan source, float* factors, PixelSpan target)
    {
        for (var first = 0; first < source.Channels; first += TSimd.Lanes)
        {
            var columns = Math.Min(TSimd.Lanes, source.Channels - first);
            var factor = TSimd.Load(factors + first, columns);
            float* s = source.At(0) + first, t = target.At(0) + first;
            for (var pixel = 0; pixel < source.Count; pixel++, s += source.Step, t += target.Step)
                TSimd.Store(t, TSimd.Multiply(TSimd.Load(s, columns), factor), columns);
        }
    }
}

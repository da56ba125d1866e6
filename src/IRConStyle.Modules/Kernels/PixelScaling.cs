using System.Runtime.Intrinsics;

namespace IRConStyle.Modules.Kernels;

/// <summary>Weights of the channels, as channel attention gives them.</summary>
public static class PixelScaling
{
    /// <summary>Multiplies every pixel with the same factors.</summary>
    /// <param name="source">The inputs.</param>
    /// <param name="factors">One pixel of as many channels.</param>
    /// <param name="target">The outputs; may be the source.</param>
    /// <exception cref="ArgumentException">There are too few factors, or there is no room for the outputs.</exception>
    public static unsafe void Multiply(PixelSpan source, PixelSpan factors, PixelSpan target)
    {
        factors.CheckRoom(1, source.Channels, nameof(factors));
        target.CheckRoom(source.Count, source.Channels, nameof(target));
        if (FusedKernels.Form == KernelForm.Vector512)
            ScalingKernel<Simd512, Vector512<float>>.Run(source, factors.At(0), target);
        else
            ScalingKernel<Simd256, Vector256<float>>.Run(source, factors.At(0), target);
    }
}

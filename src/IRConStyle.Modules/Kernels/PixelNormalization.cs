using System.Runtime.Intrinsics;

namespace IRConStyle.Modules.Kernels;

/// <summary>Layer normalisation over the channels of every pixel, without weight and bias: a product behind it takes them in.</summary>
public static class PixelNormalization
{
    /// <summary>(x − mean) / √(variance + epsilon).</summary>
    /// <param name="source">The inputs.</param>
    /// <param name="target">The outputs; may be the source.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">There is not the room.</exception>
    public static void Normalize(PixelSpan source, PixelSpan target, float epsilon)
    {
        target.CheckRoom(source.Count, source.Channels, nameof(target));
        if (FusedKernels.Form == KernelForm.Vector512)
            NormalizationKernel<Simd512, Vector512<float>>.Run(source, target, source.Channels, epsilon);
        else
            NormalizationKernel<Simd256, Vector256<float>>.Run(source, target, source.Channels, epsilon);
    }
}

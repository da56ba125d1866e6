using System.Runtime.Intrinsics;

namespace IRConStyle.Modules.Kernels;

/// <summary>Layer normalisation over the channels of every pixel, without weight and bias: a product behind it takes them in.</summary>
public static class PixelNormalization
{
    /// <summary>(x − mean) / √(variance + epsilon), or x / √(variance + epsilon).</summary>
    /// <param name="source">The inputs.</param>
    /// <param name="target">The outputs; may be the source.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="centres">Whether the mean is subtracted; the variance is around it either way.</param>
    /// <exception cref="ArgumentException">There is not the room.</exception>
    public static void Normalize(PixelSpan source, PixelSpan target, float epsilon, bool centres = true)
    {
        target.CheckRoom(source.Count, source.Channels, nameof(target));
        if (FusedKernels.Form == KernelForm.Vector512)
            NormalizationKernel<Simd512, Vector512<float>>.Run(source, target, source.Channels, epsilon, centres);
        else
            NormalizationKernel<Simd256, Vector256<float>>.Run(source, target, source.Channels, epsilon, centres);
    }
}

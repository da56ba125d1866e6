using System.Runtime.Intrinsics;
using IRConStyle.Modules.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests.Kernels;

/// <summary>The activation of kernels against libtorch in double precision.</summary>
public sealed unsafe class GeluTests
{
    [SkippableFact]
    public void It_is_exact_to_float32()
    {
        using var scope = NewDisposeScope();
        // Fine around zero, and far out.
        var x = cat([linspace(-9, 9, 100_001), linspace(-0.01, 0.01, 1_001), tensor(new[] { 0f, 1e-30f, -1e-30f, 60f, -60f, 3e38f, -3e38f, float.PositiveInfinity })]);
        var precise = x.to(float64);
        var expected = nn.functional.gelu(precise);
        foreach (var form in KernelForms.Fused)
        {
            var y = tensor(Apply(x.data<float>().ToArray(), form)).to(float64);
            var error = (y - expected).abs().nan_to_num(0);
            (error / expected.abs().clamp_min(1)).nan_to_num(0).max().item<double>().ShouldBeLessThan(5e-7, form.ToString());
            // Near zero no error is larger than a few roundings.
            (error / precise.abs()).nan_to_num(0).max().item<double>().ShouldBeLessThan(1.5e-6, form.ToString());
            y[^1].item<double>().ShouldBe(double.PositiveInfinity);
        }
    }

    [SkippableFact]
    public void What_is_no_number_stays_none()
    {
        foreach (var form in KernelForms.Fused)
            Apply([float.NaN], form)[0].ShouldBe(float.NaN);
    }

    private static float[] Apply(float[] x, KernelForm form)
    {
        var lanes = form == KernelForm.Vector512 ? Simd512.Lanes : Simd256.Lanes;
        var y = new float[x.Length];
        fixed (float* source = x, target = y)
            for (var i = 0; i < x.Length; i += lanes)
            {
                var count = Math.Min(lanes, x.Length - i);
                if (form == KernelForm.Vector512)
                    Simd512.Store(target + i, GeluKernel<Simd512, Vector512<float>>.Apply(Simd512.Load(source + i, count)), count);
                else
                    Simd256.Store(target + i, GeluKernel<Simd256, Vector256<float>>.Apply(Simd256.Load(source + i, count)), count);
            }

        return y;
    }
}

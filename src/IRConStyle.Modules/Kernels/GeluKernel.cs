using System.Runtime.CompilerServices;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// GELU in its exact form, x·Φ(x) with the normal distribution Φ, to 4e-7. It is max(x, 0) − |x|·Φ(−|x|), of which the second
/// part is small, so that no error grows with x. Source: https://arxiv.org/abs/1606.08415.
/// </summary>
internal static class GeluKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Beyond it the second part is less than 1e-7.</summary>
    private const float Reach = 5.6f;

    /// <summary>The activation of each number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply(TVector x)
    {
        var zero = TSimd.Fill(0);
        var positive = TSimd.Greater(zero, x);
        // −|x|, as far as the polynomial goes.
        var t = TSimd.Greater(TSimd.Fill(-Reach), TSimd.Lesser(TSimd.Subtract(zero, x), x));
        return TSimd.MultiplyAdd(t, Tail(TSimd.MultiplyAdd(t, TSimd.Fill(-2 / Reach), TSimd.Fill(-1))), positive);
    }

    /// <summary>Φ(−Reach·(u+1)/2) for u in [−1, 1]: the polynomial whose greatest error, weighted by max(|x|, ¼), is least.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Tail(TVector u)
    {
        var p = TSimd.Fill(-0.006740659f);
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(0.005284874f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(0.03722696f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(-0.045947175f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(-0.06683437f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(0.1475435f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(-0.016448276f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(-0.19305652f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(0.22160389f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(-0.027933804f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(-0.19861339f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(0.2746726f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(-0.19802935f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(0.08688103f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(-0.022164434f));
        p = TSimd.MultiplyAdd(p, u, TSimd.Fill(0.0025551312f));
        return p;
    }
}

namespace IRConStyle.Plugins.Metrics;

/// <summary>
/// Y of YCbCr after ITU-R BT.601 in its studio range, 16 to 235 of 255, as super-resolution and deraining benchmarks take
/// it (MATLAB's <c>rgb2ycbcr</c>).
/// </summary>
internal static class Luma
{
    private const double Red = 65.481;
    private const double Green = 128.553;
    private const double Blue = 24.966;
    private const double Offset = 16.0;

    /// <summary>Luma of 8-bit pixels, through float32 like the published NumPy code, unrounded.</summary>
    /// <param name="rgb">3×H×W, 0 to 255.</param>
    /// <param name="luma">H×W, receives values of 16 to 235.</param>
    public static void Of(ReadOnlySpan<byte> rgb, Span<double> luma)
    {
        var plane = luma.Length;
        for (var i = 0; i < plane; i++)
        {
            var weighted = Blue * (rgb[2 * plane + i] / 255f) + Green * (rgb[plane + i] / 255f) + Red * (rgb[i] / 255f);
            luma[i] = (float)((weighted + Offset) / 255.0) * 255f;
        }
    }
}

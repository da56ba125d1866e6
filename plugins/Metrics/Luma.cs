namespace IRConStyle.Plugins.Metrics;

/// <summary>
/// Y of YCbCr after ITU-R BT.601 in its studio range, 16 to 235 of 255, as super-resolution and deraining benchmarks take
/// it (MATLAB's <c>rgb2ycbcr</c>). A grey image, one whose channels are equal, is its own luma, in full range.
/// </summary>
internal static class Luma
{
    private const double Red = 65.481;
    private const double Green = 128.553;
    private const double Blue = 24.966;
    private const double Offset = 16.0;
    private const double Range = Red + Green + Blue;

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

    /// <summary>Whether an image's three channels are equal.</summary>
    /// <param name="rgb">3×H×W.</param>
    public static bool IsGrey(ReadOnlySpan<byte> rgb)
    {
        var plane = rgb.Length / 3;
        return rgb[..plane].SequenceEqual(rgb[plane..(2 * plane)]) && rgb[..plane].SequenceEqual(rgb[(2 * plane)..]);
    }

    /// <summary>The one channel of a grey image; what has become coloured of it is weighted as luma, in full range.</summary>
    /// <param name="rgb">3×H×W, 0 to 255.</param>
    /// <param name="grey">H×W, receives values of 0 to 255.</param>
    public static void OfGrey(ReadOnlySpan<byte> rgb, Span<double> grey)
    {
        var plane = grey.Length;
        for (var i = 0; i < plane; i++)
        {
            var (red, green, blue) = (rgb[i], rgb[plane + i], rgb[2 * plane + i]);
            grey[i] = red == green && red == blue ? red : (Red * red + Green * green + Blue * blue) / Range;
        }
    }
}

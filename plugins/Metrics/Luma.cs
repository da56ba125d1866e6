using TorchSharp;

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

    /// <summary>Luma of a batch.</summary>
    /// <param name="rgb">N×3×H×W in [0,1].</param>
    /// <returns>N×1×H×W in [16/255, 235/255], of the same type, owned by the caller.</returns>
    public static torch.Tensor Of(torch.Tensor rgb)
    {
        using var scope = torch.NewDisposeScope();
        // The published code rounds its weights to float32 even for float64 images.
        var weights = torch.tensor(new[] { (float)Red, (float)Green, (float)Blue }, dtype: rgb.dtype, device: rgb.device).view(1, 3, 1, 1);
        return (rgb * weights).sum(1, keepdim: true).add(Offset).div(255.0).MoveToOuterDisposeScope();
    }
}

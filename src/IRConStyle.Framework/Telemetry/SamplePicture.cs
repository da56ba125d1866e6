using IRConStyle.Framework.Imaging;
using TorchSharp;

namespace IRConStyle.Framework.Telemetry;

internal static class SamplePicture
{
    /// <summary>An image of a validation sample.</summary>
    /// <param name="image">C×H×W uint8 on the CPU, C 1 or 3.</param>
    /// <returns>The image, independent of the tensor.</returns>
    public static RasterImage From(torch.Tensor image)
    {
        using var scope = torch.NewDisposeScope();
        return new RasterImage(
            (int)image.shape[2], (int)image.shape[1], (int)image.shape[0], 8, image.permute(1, 2, 0).contiguous().bytes.ToArray());
    }
}

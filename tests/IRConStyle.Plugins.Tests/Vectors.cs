using IRConStyle.Framework.Checkpoints;
using TorchSharp;

namespace IRConStyle.Plugins.Tests;

/// <summary>Golden tensors and what tests ask of them.</summary>
internal static class Vectors
{
    public static torch.Tensor Read(string path, string name)
    {
        using var reader = SafeTensorsReader.Open(path);
        return reader.Read(name);
    }

    /// <summary>H×W×C BGR bytes, as the reference stores images, to C×H×W RGB in [0,1].</summary>
    public static torch.Tensor RgbOfBgr(torch.Tensor bgr) => bgr.flip(2).permute(2, 0, 1).to(torch.float32).div(255f).contiguous();

    public static double LargestDifference(torch.Tensor actual, torch.Tensor expected)
    {
        actual.shape.ShouldBe(expected.shape);
        return (actual.to(torch.float64) - expected.to(torch.float64)).abs().max().item<double>();
    }

    public static void ShouldEqualExactly(this torch.Tensor actual, torch.Tensor expected)
    {
        actual.dtype.ShouldBe(expected.dtype);
        LargestDifference(actual, expected).ShouldBe(0);
    }
}

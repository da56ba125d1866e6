using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Support;

/// <summary>Images that checks show to components.</summary>
internal static class Pictures
{
    /// <summary>A smooth picture, in [0,1], so that noise shows in every measure; the same one for the same shape.</summary>
    /// <param name="shape">Rows and columns last.</param>
    public static Tensor Smooth(params long[] shape)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(shape.Sum());
        var rows = linspace(0, 5, shape[^2]).sin().unsqueeze(1);
        var columns = linspace(0, 7, shape[^1]).cos();
        return (rows * columns * 0.3 + 0.45 + rand(shape) * 0.1).to(float32).MoveToOuterDisposeScope();
    }

    /// <summary>An image in [0,1] as 8 bits.</summary>
    public static Tensor Bytes(Tensor image)
    {
        using var scope = NewDisposeScope();
        return image.clamp(0, 1).mul(255).round().to(uint8).MoveToOuterDisposeScope();
    }
}

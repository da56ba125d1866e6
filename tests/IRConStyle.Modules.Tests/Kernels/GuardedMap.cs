using IRConStyle.Modules.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests.Kernels;

/// <summary>A feature map inside a larger one, whose other numbers nobody may touch. Lives in the current dispose scope.</summary>
internal sealed class GuardedMap
{
    private const int Before = 3, Behind = 5;
    private const float Untouched = 12345;

    private readonly Tensor _surroundings;
    private readonly Tensor _inside;

    public GuardedMap(long images, long channels, long height, long width)
    {
        _surroundings = full(images, height + 2, width + 2, Before + channels + Behind, Untouched);
        _inside = _surroundings.narrow(1, 1, height).narrow(2, 1, width).narrow(3, Before, channels).permute(0, 3, 1, 2);
        Map = new FeatureMap(_inside);
    }

    public FeatureMap Map { get; }

    public Tensor Tensor => _inside;

    /// <summary>A map with random numbers around zero.</summary>
    public static GuardedMap Random(long images, long channels, long height, long width)
    {
        var map = new GuardedMap(images, channels, height, width);
        map.Tensor.copy_(randn(images, channels, height, width));
        return map;
    }

    /// <summary>Fails where the map is not as expected, or a number around it has changed.</summary>
    /// <param name="expected">N×C×H×W.</param>
    /// <param name="tolerance">The largest difference, relative to the peak.</param>
    /// <param name="what">Named on failure.</param>
    public void ShouldBe(Tensor expected, double tolerance, string what)
    {
        using var scope = NewDisposeScope();
        var peak = Math.Max(expected.abs().max().item<float>(), float.Epsilon);
        ((double)(_inside - expected).abs().max().item<float>() / peak).ShouldBeLessThanOrEqualTo(tolerance, what);
        var around = _surroundings.clone();
        around.narrow(1, 1, _inside.shape[2]).narrow(2, 1, _inside.shape[3]).narrow(3, Before, _inside.shape[1]).fill_(Untouched);
        around.eq(Untouched).all().item<bool>().ShouldBeTrue($"{what}: numbers beside the map were written");
    }
}

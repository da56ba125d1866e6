using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Benchmarks;

/// <summary>ConStyle NAFNet as one would write it down first.</summary>
/// <param name="weights">Parameters by their state_dict names.</param>
/// <param name="blocks">Blocks of the stages l1, l2, l3, bottom, r3, r2, r1.</param>
public sealed class PlainConStyleNafNet(IReadOnlyDictionary<string, Tensor> weights, int[] blocks) : PlainStyledUNet(weights, blocks)
{
    private const double Epsilon = 1e-6;

    /// <inheritdoc/>
    public override Tensor Block(string name, Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = Convolve($"{name}.conv1", Normalize($"{name}.norm1", input, Epsilon));
        x = Gate(Convolve($"{name}.conv2", x, 1, groups: x.shape[1]));
        x *= Convolve($"{name}.sca.1", x.mean([2, 3], keepdim: true));
        var y = input + (Convolve($"{name}.conv3", x) * Weights[$"{name}.beta"]);
        x = Gate(Convolve($"{name}.conv4", Normalize($"{name}.norm2", y, Epsilon)));
        return (y + (Convolve($"{name}.conv5", x) * Weights[$"{name}.gamma"])).MoveToOuterDisposeScope();
    }

    private static Tensor Gate(Tensor x)
    {
        var halves = x.chunk(2, 1);
        return halves[0] * halves[1];
    }
}

using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>Multiplies the two halves of the channels. Source: NAFNet, https://arxiv.org/abs/2204.04676.</summary>
public sealed class SimpleGate() : Module<Tensor, Tensor>(nameof(SimpleGate))
{
    /// <summary>Multiplies the halves.</summary>
    /// <param name="input">N×2C×H×W.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public static Tensor Multiply(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        // One split, not two narrows: its backward pass joins the gradients instead of adding two maps half full of zeros.
        var halves = input.chunk(2, 1);
        using var first = halves[0];
        using var second = halves[1];
        return first * second;
    }

    /// <inheritdoc cref="Multiply"/>
    public override Tensor forward(Tensor input) => Multiply(input);
}

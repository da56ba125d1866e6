using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>Multiplies the two halves of the channels. Source: NAFNet, https://arxiv.org/abs/2204.04676.</summary>
public sealed class ChannelGate() : Module<Tensor, Tensor>(nameof(ChannelGate))
{
    /// <summary>Multiplies the halves.</summary>
    /// <param name="input">N×2C×H×W.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public static Tensor Multiply(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var half = input.shape[1] / 2;
        using var first = input.narrow(1, 0, half);
        using var second = input.narrow(1, half, half);
        return first * second;
    }

    /// <inheritdoc cref="Multiply"/>
    public override Tensor forward(Tensor input) => Multiply(input);
}

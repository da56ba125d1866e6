using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>
/// Layer normalisation over the last axis, with <c>gamma</c> and <c>beta</c> per channel: MAXIM's names for what is
/// weight and bias elsewhere.
/// </summary>
internal sealed class ChannelLayerNorm : Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-6;

    private readonly long[] _shape;

    [ComponentName(Name = "gamma")]
    private Parameter _gamma;

    [ComponentName(Name = "beta")]
    private Parameter _beta;

    public ChannelLayerNorm(int channels)
        : base(nameof(ChannelLayerNorm))
    {
        _shape = [channels];
        _gamma = Parameter(ones(channels));
        _beta = Parameter(zeros(channels));
        RegisterComponents();
    }

    /// <param name="input">…×C.</param>
    /// <returns>…×C, owned by the caller.</returns>
    public override Tensor forward(Tensor input) => functional.layer_norm(input, _shape, _gamma, _beta, Epsilon);
}

/// <summary>
/// Calls of layers on pixels N×H×W×C, whose channels lie together in memory. Those named "without recording" skip the
/// layers' own calls and run only where no gradient is recorded.
/// </summary>
internal static class PixelLayers
{
    /// <summary>A convolution of pixels.</summary>
    /// <param name="layer">From N×C×H×W to N×D×h×w.</param>
    /// <param name="pixels">N×H×W×C.</param>
    /// <returns>N×h×w×D, contiguous, owned by the caller.</returns>
    public static Tensor OnPixels(this Module<Tensor, Tensor> layer, Tensor pixels)
    {
        using var channelsFirst = pixels.permute(0, 3, 1, 2);
        using var output = layer.call(channelsFirst);
        using var channelsLast = output.permute(0, 2, 3, 1);
        return channelsLast.contiguous();
    }

    /// <summary>The first or second half along the last axis.</summary>
    public static Tensor Half(this Tensor pixels, int half)
    {
        var width = pixels.shape[^1] / 2;
        return pixels.narrow(-1, half * width, width);
    }

    /// <summary>A linear layer's first or second half of outputs, without recording.</summary>
    /// <param name="layer">From C to 2D channels.</param>
    /// <param name="tokens">M×C.</param>
    /// <param name="half">0 or 1.</param>
    /// <returns>M×D, contiguous, owned by the caller.</returns>
    public static Tensor OutputHalf(this Linear layer, Tensor tokens, int half)
    {
        var width = layer.weight!.shape[0] / 2;
        using var weight = layer.weight.narrow(0, half * width, width);
        using var bias = layer.bias?.narrow(0, half * width, width);
        return functional.linear(tokens, weight, bias);
    }

    /// <summary>What the first or second half of inputs adds to a linear layer's output, without recording.</summary>
    /// <param name="layer">From 2C to D channels.</param>
    /// <param name="tokens">M×C.</param>
    /// <param name="half">0 or 1; the bias is added by 0.</param>
    /// <returns>M×D, contiguous, owned by the caller.</returns>
    public static Tensor InputHalf(this Linear layer, Tensor tokens, int half)
    {
        var width = layer.weight!.shape[1] / 2;
        using var weight = layer.weight.narrow(1, half * width, width);
        return functional.linear(tokens, weight, half == 0 ? layer.bias : null);
    }

    /// <summary>Adds a linear layer's output to <paramref name="target"/>, without recording.</summary>
    /// <param name="layer">From C to D channels.</param>
    /// <param name="target">…×D, contiguous, changed.</param>
    /// <param name="input">…×C, contiguous.</param>
    public static void AddTo(this Linear layer, Tensor target, Tensor input)
    {
        using var rows = target.view(-1, target.shape[^1]);
        using var inputRows = input.view(-1, input.shape[^1]);
        using var weight = layer.weight!.t();
        rows.addmm_(inputRows, weight, 1, 1);
        if (layer.bias is { } bias)
            rows.add_(bias);
    }

    /// <summary>A linear layer along the first axis instead of the last.</summary>
    /// <param name="layer">From P to P positions.</param>
    /// <param name="tokens">P×R×C.</param>
    /// <param name="offset">Added to the result.</param>
    /// <returns>P×R×C, owned by the caller; contiguous where no gradient is recorded.</returns>
    public static Tensor OnPositions(this Linear layer, Tensor tokens, int offset = 0)
    {
        using var scope = NewDisposeScope();
        var columns = tokens.reshape(tokens.shape[0], -1);       // P×RC
        if (is_grad_enabled())
            return (layer.call(columns.t()).t() + offset).view(tokens.shape).MoveToOuterDisposeScope();

        Tensor mixed;
        if (layer.bias is { } bias)
            mixed = addmm((bias + offset).unsqueeze(1), layer.weight!, columns, 1, 1);
        else
            mixed = layer.weight!.mm(columns).add_(offset);
        return mixed.view(tokens.shape).MoveToOuterDisposeScope();
    }
}

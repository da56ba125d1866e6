using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Restormer;

/// <summary>
/// Divides every pixel by the standard deviation of its channels, without subtracting their mean: x/√(var+ε)·weight.
/// Source: Restormer, https://arxiv.org/abs/2111.09881.
/// </summary>
internal sealed class BiasFreeLayerNorm : Module<Tensor, Tensor>
{
    /// <summary>Added to the variance.</summary>
    public const double Epsilon = 1e-5;

    [ComponentName(Name = "weight")]
    private Parameter _weight;

    public BiasFreeLayerNorm(int channels)
        : base(nameof(BiasFreeLayerNorm))
    {
        _weight = Parameter(ones(channels));
        RegisterComponents();
    }

    /// <param name="input">N×C×H×W.</param>
    /// <returns>N×C×H×W, channels-last, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var pixels = input.permute(0, 2, 3, 1);
        // Along the innermost dimension the native variance takes ten times as long as these passes.
        var centred = pixels - pixels.mean([-1], keepdim: true);
        var scale = centred.square().mean([-1], keepdim: true).add_(Epsilon).rsqrt_();
        return (pixels * scale).mul_(_weight).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}

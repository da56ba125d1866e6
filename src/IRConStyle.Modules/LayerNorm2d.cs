using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>
/// Layer normalisation over the channels of every pixel (biased variance), with <c>weight</c> and <c>bias</c> per channel.
/// Source: NAFNet, https://arxiv.org/abs/2204.04676.
/// </summary>
/// <remarks>
/// A feature map that is channels-last in memory is a plain matrix of pixels to the native kernel: one pass instead of the
/// eight of a formula over dimension 1. Other layouts are right too, only slower.
/// </remarks>
public sealed class LayerNorm2d : Module<Tensor, Tensor>
{
    private readonly long[] _shape;
    private readonly double _epsilon;

    [ComponentName(Name = "weight")]
    private Parameter _weight;

    [ComponentName(Name = "bias")]
    private Parameter _bias;

    /// <summary>Makes the layer as the identity up to normalisation: weight 1, bias 0.</summary>
    /// <param name="channels">Channels of the feature map.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public LayerNorm2d(int channels, double epsilon = 1e-6)
        : base(nameof(LayerNorm2d))
    {
        _shape = [channels];
        _epsilon = epsilon;
        _weight = Parameter(ones(channels));
        _bias = Parameter(zeros(channels));
        RegisterComponents();
    }

    /// <summary>What is added to the variance.</summary>
    public double Epsilon => _epsilon;

    /// <summary>Scale per channel.</summary>
    public Parameter Weight => _weight;

    /// <summary>Offset per channel.</summary>
    public Parameter Bias => _bias;

    /// <summary>Normalises every pixel.</summary>
    /// <param name="input">N×C×H×W.</param>
    /// <returns>N×C×H×W, channels-last, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pixels = input.permute(0, 2, 3, 1);
        using var normalized = functional.layer_norm(pixels, _shape, _weight, _bias, _epsilon);
        return normalized.permute(0, 3, 1, 2);
    }
}

using IRConStyle.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IRConStyle.Plugins.Restormer;

/// <summary>What a norm of <see cref="BlockSettings.CreateNorm"/> computes with, for kernels.</summary>
/// <param name="Weight">One for each channel.</param>
/// <param name="Bias">One for each channel; null for the norm that only scales.</param>
/// <param name="Epsilon">Added to the variance.</param>
internal readonly record struct NormWeights(Tensor Weight, Tensor? Bias, float Epsilon)
{
    /// <summary>Whether the mean is subtracted.</summary>
    public bool Centres => Bias is not null;

    /// <summary>Those of a norm as they are now.</summary>
    public static NormWeights Of(Sequential norm) => norm[0] switch
    {
        LayerNorm2d centring => new(centring.Weight, centring.Bias, (float)centring.Epsilon),
        var scaling => new(((BiasFreeLayerNorm)scaling).Weight, null, (float)BiasFreeLayerNorm.Epsilon),
    };
}

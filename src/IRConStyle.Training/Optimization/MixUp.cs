using IRConStyle.Abstractions;
using IRConStyle.Framework.Numerics;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Training.Optimization;

/// <summary>Blends the pairs of a batch with each other; a function of the seed alone.</summary>
internal static class MixUp
{
    /// <summary>Blends, or leaves the batch as it is, as the seed decides.</summary>
    /// <param name="degraded">N×C×H×W.</param>
    /// <param name="clean">N×C×H×W.</param>
    /// <param name="options">How often, and how much.</param>
    /// <param name="seed">Decides all.</param>
    /// <returns>Both blended alike, owned by the current dispose scope; or the arguments.</returns>
    public static (torch.Tensor Degraded, torch.Tensor Clean) Apply(torch.Tensor degraded, torch.Tensor clean, MixUpOptions options, ulong seed)
    {
        if (SplitMix64.ToUnit(SplitMix64.At(seed, 0)) >= options.Probability)
            return (degraded, clean);
        var share = Beta(options.Beta, seed);
        var count = (int)degraded.shape[0];
        var partner = torch.tensor(Permutation.Of(SplitMix64.At(seed, 1), count).Select(index => (long)index).ToArray(), device: degraded.device);
        return (Blend(degraded), Blend(clean));

        torch.Tensor Blend(torch.Tensor images) => images * share + images.index_select(0, partner) * (1 - share);
    }

    /// <summary>A number of the symmetric beta distribution (Jöhnk 1964; slow only for large parameters, where it is near one half).</summary>
    private static double Beta(double parameter, ulong seed)
    {
        var stream = SplitMix64.At(seed, 2);
        for (ulong i = 0; i < 10_000; i += 2)
        {
            var x = Math.Pow(SplitMix64.ToUnit(SplitMix64.At(stream, i)), 1 / parameter);
            var y = Math.Pow(SplitMix64.ToUnit(SplitMix64.At(stream, i + 1)), 1 / parameter);
            if (x + y is > 0 and <= 1)
                return x / (x + y);
        }

        return 0.5;
    }
}

using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Datasets;

/// <summary>
/// A sample of a grey photograph, as scanners and cameras store it: three equal channels, whose noise is equal too. A
/// colour network that never saw one takes such noise for texture.
/// </summary>
internal static class GreySample
{
    // Any constant does; it only keeps this draw apart from what the seed means to others.
    private const ulong Stream = 0x477265795363616EUL;

    /// <summary>Whether a request is for a grey sample.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="seed">The request's seed.</param>
    public static bool IsDrawn(double share, ulong seed)
        => share > 0 && SplitMix64.ToUnit(SplitMix64.At(seed, Stream)) < share;

    /// <summary>Makes the sample.</summary>
    /// <param name="colour">3×H×W, RGB in [0,1].</param>
    /// <param name="degradation">Sees the luma as 1×H×W.</param>
    /// <param name="seed">The degradation's seed.</param>
    /// <param name="name">The sample's name.</param>
    /// <returns>3×H×W each; the caller disposes the sample.</returns>
    public static RestorationSample Of(torch.Tensor colour, IDegradation degradation, ulong seed, string name)
    {
        using var scope = torch.NewDisposeScope();
        // Luma of ITU-R BT.601, which JPEG's grey files and most converters use.
        var luma = 0.299 * colour.narrow(0, 0, 1) + 0.587 * colour.narrow(0, 1, 1) + 0.114 * colour.narrow(0, 2, 1);
        var degraded = degradation.Apply(luma, seed);
        return new RestorationSample(Repeat(degraded), Repeat(luma), name);
    }

    private static torch.Tensor Repeat(torch.Tensor grey) => grey.expand(3, -1, -1).contiguous().DetachFromDisposeScope();
}

using TorchSharp;

namespace IRConStyle.Benchmarks;

/// <summary>The plain forms of networks in their authors' sizes.</summary>
internal static class PlainForms
{
    private const int Refinement = 4;

    /// <summary>A network's plain form; null for one that has none.</summary>
    /// <param name="network">The backbone's name.</param>
    /// <param name="weights">Its state by name.</param>
    public static IPlainForm? Find(string network, IReadOnlyDictionary<string, torch.Tensor> weights) => network switch
    {
        "constyle-nafnet" => new PlainConStyleNafNet(weights, [7, 8, 9, 9, 9, 8, 7]),
        "constyle-restormer" => new PlainConStyleRestormer(weights, [4, 6, 6, 8, 6, 6, 4], Refinement),
        "restormer" => new PlainRestormer(weights, [4, 6, 6, 8], Refinement),
        "constyle-maxim" => new PlainConStyleMaxim(weights, PlainMaximSizes.Default, bottleneckBlocks: 2),
        "maxim" => new PlainMaxim(weights, PlainMaximSizes.Default),
        _ => null,
    };
}

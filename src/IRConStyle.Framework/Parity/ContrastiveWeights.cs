using System.Globalization;
using System.Text.RegularExpressions;
using TorchSharp;

namespace IRConStyle.Framework.Parity;

/// <summary>
/// The starting weights of a contrastive golden file. A second encoder's parameters are not stored but derived by a rule
/// in the metadata: <c>X_initial = "parameters: float32(0.75 * Y parameter); buffers stored here"</c>.
/// </summary>
internal static partial class ContrastiveWeights
{
    /// <summary>Stored and derived weights together.</summary>
    /// <param name="file">The golden file.</param>
    /// <param name="names">The state names of the encoder.</param>
    public static Dictionary<string, torch.Tensor> Complete(GoldenFile file, IEnumerable<string> names)
    {
        var weights = file.ReadWeights();
        foreach (var name in names.Where(name => !weights.ContainsKey(name)))
        {
            var part = name.Split('.')[0];
            if (file.Text($"{part}_initial") is not { } rule || DerivedRule().Match(rule) is not { Success: true } match)
                continue;
            var source = match.Groups["source"].Value + name[part.Length..];
            if (weights.TryGetValue(source, out var value))
                weights[name] = value.to(torch.float64).mul(double.Parse(match.Groups["factor"].Value, CultureInfo.InvariantCulture)).to(torch.float32);
        }

        return weights;
    }

    [GeneratedRegex(@"float32\((?<factor>[\d.]+) \* (?<source>\w+) parameter\)", RegexOptions.ExplicitCapture)]
    private static partial Regex DerivedRule();
}

using System.Globalization;
using System.Text.RegularExpressions;
using TorchSharp;

namespace IRConStyle.Parity;

/// <summary>
/// Weights that a golden file does not store but derives by a rule in its metadata: parameters of a second encoder,
/// <c>X_initial = "parameters: float32(0.75 * Y parameter); buffers stored here"</c>, and large weights from a formula,
/// <c>derived_weights = "NAME[i] = float32(0.25*w_i), …"</c> with w_i as in digests.
/// </summary>
internal static partial class DerivedWeights
{
    /// <summary>Stored and derived weights together.</summary>
    /// <param name="file">The golden file.</param>
    /// <param name="state">The network's state.</param>
    public static Dictionary<string, torch.Tensor> Complete(GoldenFile file, IEnumerable<(string Name, torch.Tensor Value)> state)
    {
        var weights = file.ReadWeights();
        var factors = FormulaRule().Matches(file.Text("derived_weights") ?? "")
            .ToDictionary(match => match.Groups["name"].Value, match => Number(match.Groups["factor"]), StringComparer.Ordinal);
        foreach (var (name, value) in state.Where(entry => !weights.ContainsKey(entry.Name)))
        {
            if (factors.TryGetValue(name, out var factor))
                weights[name] = Sequence(value.numel()).mul(factor).to(torch.float32).reshape(value.shape);
            else if (Copied(file, name, weights) is { } copied)
                weights[name] = copied;
        }

        return weights;
    }

    /// <summary>The numbers w_i = ((i·2654435761 mod 2³²)/2³²) − 0.5, float64.</summary>
    /// <param name="count">How many.</param>
    public static torch.Tensor Sequence(long count)
    {
        var values = new double[count];
        for (long i = 0; i < count; i++)
            values[i] = unchecked((uint)((ulong)i * 2654435761UL)) / 4294967296.0 - 0.5;
        return torch.tensor(values);
    }

    private static torch.Tensor? Copied(GoldenFile file, string name, Dictionary<string, torch.Tensor> weights)
    {
        // The part may stand behind the prefix that the encoder has in a whole pipeline.
        foreach (var part in name.Split('.').Take(2))
        {
            if (file.Text($"{part}_initial") is not { } rule || CopyRule().Match(rule) is not { Success: true } match)
                continue;
            var at = name.IndexOf(part, StringComparison.Ordinal);
            var source = name[..at] + match.Groups["source"].Value + name[(at + part.Length)..];
            return weights.TryGetValue(source, out var value)
                ? value.to(torch.float64).mul(Number(match.Groups["factor"])).to(torch.float32)
                : null;
        }

        return null;
    }

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"float32\((?<factor>[\d.]+) \* (?<source>\w+) parameter\)", RegexOptions.ExplicitCapture)]
    private static partial Regex CopyRule();

    [GeneratedRegex(@"(?<name>[\w.]+)\[i\] = float32\((?<factor>[\d.]+)\*w_i\)", RegexOptions.ExplicitCapture)]
    private static partial Regex FormulaRule();
}

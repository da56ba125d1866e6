using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Benchmarking;

/// <summary>
/// What was measured as a table, for terminals and documents alike: a row for each set with mean ± sample deviation of each
/// metric, then input and gain by the set's first metric, median time of an image, peak memory, and the number of the
/// protocol it was measured by.
/// </summary>
public sealed class BenchmarkTable
{
    private const string Nothing = "–";

    private BenchmarkTable(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows, IReadOnlyList<string> protocols)
        => (Headings, Rows, Protocols) = (headings, rows, protocols);

    /// <summary>The columns' headings; all but the first are numbers.</summary>
    public IReadOnlyList<string> Headings { get; }

    /// <summary>A row for each measured set, a cell for each heading.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows { get; }

    /// <summary>The protocols, the one called 1 first.</summary>
    public IReadOnlyList<string> Protocols { get; }

    /// <summary>Makes the table.</summary>
    /// <param name="outcomes">The benchmarks; those that were not measured are left out.</param>
    public static BenchmarkTable Of(IEnumerable<BenchmarkOutcome> outcomes)
    {
        var measured = outcomes.Where(outcome => outcome.Set is not null).ToList();
        var metrics = measured.SelectMany(outcome => outcome.Set!.Metrics).DistinctBy(metric => metric.Name).ToList();
        var protocols = measured.Select(outcome => outcome.Protocol ?? "").Distinct(StringComparer.Ordinal).ToList();
        return new BenchmarkTable(
            ["set", "images", .. metrics.Select(Heading), "decided by", "input", "gain", "s/image", "peak MiB", "protocol"],
            [.. measured.Select(outcome => Row(outcome, metrics, protocols.IndexOf(outcome.Protocol ?? "") + 1))],
            protocols);
    }

    /// <summary>A figure: two decimals of what has a unit, four of plain numbers.</summary>
    internal static string Text(MeasuredMetric metric, double value) => value switch
    {
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        double.NaN => Nothing,
        _ => value.ToString(metric.Unit.Length > 0 ? "F2" : "F4", CultureInfo.InvariantCulture),
    };

    /// <summary>What restoring brought, with its sign: positive is better, whichever way the metric goes.</summary>
    internal static string Gain(MeasuredMetric metric, MeasuredSet set)
    {
        var gain = (set.Mean[metric.Name] - set.Input[metric.Name]) * (metric.Direction is MetricDirection.LowerIsBetter ? -1 : 1);
        var text = Text(metric, Math.Abs(gain));
        // Rounding noise has no sign.
        return double.IsNaN(gain) ? text : (gain < 0 && text.Any(digit => digit is >= '1' and <= '9' or 'i') ? "-" : "+") + text;
    }

    private static string Heading(MeasuredMetric metric) => metric.Unit.Length > 0 ? $"{metric.Name} ({metric.Unit})" : metric.Name;

    private static string[] Row(BenchmarkOutcome outcome, IEnumerable<MeasuredMetric> metrics, int protocol)
    {
        var set = outcome.Set!;
        var deciding = set.Metrics[0];
        return
        [
            outcome.Benchmark.Name,
            Images(outcome),
            .. metrics.Select(metric => set.Mean.TryGetValue(metric.Name, out var mean)
                ? $"{Text(metric, mean)} ± {Text(metric, set.Deviation[metric.Name])}" : Nothing),
            deciding.Name,
            Text(deciding, set.Input[deciding.Name]),
            Gain(deciding, set),
            MeasurementStatistics.Median(set.Images.Select(image => image.Seconds)).ToString("0.000", CultureInfo.InvariantCulture),
            (set.PeakMemoryBytes >> 20).ToString("N0", CultureInfo.InvariantCulture),
            protocol.ToString(CultureInfo.InvariantCulture),
        ];
    }

    private static string Images(BenchmarkOutcome outcome)
    {
        var (count, whole) = (outcome.Set!.Images.Count, outcome.Benchmark.Options.Images);
        return FormattableString.Invariant(count == whole || whole == 0 ? $"{count:N0}" : (FormattableString)$"{count:N0} of {whole:N0}");
    }
}

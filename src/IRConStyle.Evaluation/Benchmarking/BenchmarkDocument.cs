using System.Globalization;
using System.Text;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Benchmarking;

/// <summary>The report of benchmarks as Markdown: the table, how it was measured, each set, and what is missing.</summary>
internal sealed class BenchmarkDocument
{
    private readonly StringBuilder _text = new();

    private BenchmarkDocument()
    {
    }

    /// <summary>Writes the document.</summary>
    public static string Write(BenchmarkResult result)
    {
        var document = new BenchmarkDocument();
        document.WriteHead(result);
        foreach (var outcome in result.Outcomes.Where(outcome => outcome.Set is not null))
            document.WriteSet(outcome, outcome.Set!);
        document.WriteList("Failed", result, BenchmarkStatus.Failed, outcome => outcome.Reason ?? "");
        document.WriteList("Not measured", result, BenchmarkStatus.NotMeasured, _ => "its turn did not come.");
        document.WriteList("Missing", result, BenchmarkStatus.Missing, outcome => $"{outcome.Benchmark.Title}; its folder would be {outcome.Benchmark.Expected}.");
        return document._text.ToString();
    }

    private void WriteHead(BenchmarkResult result)
    {
        var table = BenchmarkTable.Of(result.Outcomes);
        Line($"# {result.Report.Pipeline}: benchmarks");
        Line();
        Line(FormattableString.Invariant($"Weights: {result.Report.Weights ?? "none"}. Device: {result.Report.Device}. {result.Report.Time:yyyy-MM-dd HH:mm} UTC."));
        Line();
        if (result.WasStopped)
        {
            Line("**The run was stopped before its end.**");
            Line();
        }

        WriteTable(table.Headings, table.Rows);
        Line();
        Line("Figures are mean ± sample deviation over the images; input and gain are of the metric that decides, s/image is the median");
        Line("time of restoring alone, peak MiB the process's largest resident memory while the set was measured. Protocols:");
        Line();
        foreach (var (protocol, index) in table.Protocols.Select((protocol, index) => (protocol, index)))
            Line($"{index + 1}. {protocol}");
    }

    private void WriteSet(BenchmarkOutcome outcome, MeasuredSet set)
    {
        Line();
        Line($"## {outcome.Benchmark.Title} (`{set.Name}`)");
        Line();
        if (outcome.Benchmark.Options.Summary.Length > 0)
        {
            Line(outcome.Benchmark.Options.Summary);
            Line();
        }

        Line(set.Protocol ?? "");
        Line();
        WriteTable(
            ["metric", "mean", "deviation", "input", "gain"],
            set.Metrics.Select(metric => (IReadOnlyList<string>)
            [
                metric.Name, BenchmarkTable.Text(metric, set.Mean[metric.Name]), BenchmarkTable.Text(metric, set.Deviation[metric.Name]),
                BenchmarkTable.Text(metric, set.Input[metric.Name]), BenchmarkTable.Gain(metric, set),
            ]));
        Line();
        if (outcome.HasSheet)
        {
            Line($"![Worst, median and best image]({BenchmarkReports.SheetName(set.Name)})");
            Line();
        }

        Line("<details><summary>Each image</summary>");
        Line();
        WriteTable(
            ["image", "size", .. set.Metrics.SelectMany(metric => new[] { metric.Name, "input" }), "seconds"],
            set.Images.Select(image => (IReadOnlyList<string>)
            [
                image.Name, $"{image.Width}×{image.Height}",
                .. set.Metrics.SelectMany(metric => new[] { BenchmarkTable.Text(metric, image.Values[metric.Name]), BenchmarkTable.Text(metric, image.Input[metric.Name]) }),
                image.Seconds.ToString("0.000", CultureInfo.InvariantCulture),
            ]));
        Line();
        Line("</details>");
    }

    private void WriteList(string heading, BenchmarkResult result, BenchmarkStatus status, Func<BenchmarkOutcome, string> describe)
    {
        var outcomes = result.Outcomes.Where(outcome => outcome.Status == status).ToList();
        if (outcomes.Count == 0)
            return;
        Line();
        Line($"## {heading}");
        Line();
        foreach (var outcome in outcomes)
            Line($"- `{outcome.Benchmark.Name}`: {describe(outcome)}");
    }

    /// <summary>Numbers stand in all columns but the first.</summary>
    private void WriteTable(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
        => MarkdownTable.Append(_text, [.. headings.Select((heading, column) => (heading, column > 0))], rows);

    private void Line(string line = "") => _text.Append(line).Append('\n');
}

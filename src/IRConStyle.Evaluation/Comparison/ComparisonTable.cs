using System.Globalization;
using System.Text;
using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Comparison;

/// <summary>A comparison in words and figures: the rows that terminals show, and a Markdown page.</summary>
public static class ComparisonTable
{
    /// <summary>Below this p-values are only said to be below it.</summary>
    private const double SmallestShown = 0.0001;

    /// <summary>The headings of <see cref="Rows"/>, and whether numbers stand below them.</summary>
    /// <param name="comparison">What is shown.</param>
    public static IReadOnlyList<(string Text, bool IsNumber)> Headings(ReportComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return
        [
            ("set", false), ("metric", false), ("images", true), (comparison.Baseline, true), (comparison.Other, true), ("gain", true),
            ("95 % interval", true), ("p", true), ("better/worse/equal", true), ("effect", true),
        ];
    }

    /// <summary>A row per set and metric.</summary>
    /// <param name="comparison">What is shown.</param>
    public static IEnumerable<IReadOnlyList<string>> Rows(ReportComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return comparison.Sets.SelectMany(set => set.Metrics.Select(metric => Row(set, metric)));
    }

    /// <summary>The headings of <see cref="ImageRows"/>, and whether numbers stand below them.</summary>
    /// <param name="comparison">What is shown.</param>
    public static IReadOnlyList<(string Text, bool IsNumber)> ImageHeadings(ReportComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return [("set", false), ("metric", false), ("image", false), (comparison.Baseline, true), (comparison.Other, true), ("gain", true)];
    }

    /// <summary>A row per set, metric and image.</summary>
    /// <param name="comparison">What is shown.</param>
    public static IEnumerable<IReadOnlyList<string>> ImageRows(ReportComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return
            from set in comparison.Sets
            from metric in set.Metrics
            from image in metric.Images
            select (IReadOnlyList<string>)[set.Name, Named(metric.Metric), image.Name, Number(image.Baseline), Number(image.Other), Signed(image.Gain)];
    }

    /// <summary>What is to be known beside the table: several sets together, images and sets left out.</summary>
    /// <param name="comparison">What is shown.</param>
    public static IEnumerable<string> Remarks(ReportComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        if (comparison.Sets.Count > 1)
            foreach (var metric in comparison.Summary)
                yield return $"{metric.Metric}: {comparison.Other} is better in {metric.Better} of {metric.Sets} sets and worse in {metric.Worse}; "
                    + $"beyond chance (p below {Number(MetricSummary.Significance, 2)}, corrected for {metric.Sets} sets) better in {metric.ClearlyBetter}, worse in {metric.ClearlyWorse}.";
        foreach (var set in comparison.Sets)
        {
            if (set.LeftOut > 0)
                yield return $"{set.Name}: {Images(set.LeftOut)} left out that the other measurement does not have.";
            foreach (var metric in set.Metrics.Where(metric => metric.NotFinite > 0))
                yield return $"{set.Name}: {Images(metric.NotFinite)} with an infinite {metric.Metric.Name} left out of means, interval and test.";
        }

        foreach (var note in comparison.Notes)
            yield return note;
    }

    /// <summary>Writes a Markdown page: per comparison its table and remarks.</summary>
    /// <param name="report">What is shown.</param>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="perImage">Whether each image has a row too.</param>
    /// <exception cref="IRConStyleException">The file cannot be written.</exception>
    public static void WriteMarkdown(ComparisonReport report, string path, bool perImage)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder();
        foreach (var comparison in report.Comparisons)
        {
            page.Append(page.Length > 0 ? "\n" : "").Append($"## {MarkdownTable.Escape(comparison.Other)} against {MarkdownTable.Escape(comparison.Baseline)}\n\n");
            MarkdownTable.Append(page, Headings(comparison), Rows(comparison));
            page.Append('\n').AppendJoin('\n', Remarks(comparison).Append(Legend).Select(remark => $"* {remark}")).Append('\n');
            if (!perImage)
                continue;
            page.Append('\n');
            MarkdownTable.Append(page, ImageHeadings(comparison), ImageRows(comparison));
        }

        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(page.ToString())));
    }

    /// <summary>What the columns are.</summary>
    public const string Legend =
        "gain: mean by which the second measurement is better, whichever way the metric improves; interval: bootstrap (BCa) over images; "
        + "p: two-sided sign-flip test, for each line alone; effect: gain over the standard deviation of the images' gains.";

    /// <summary>A gain with its sign.</summary>
    internal static string Signed(double? value) => value is { } number ? (number > 0 ? "+" : "") + Number(number) : "–";

    /// <summary>A confidence interval.</summary>
    internal static string Range(ConfidenceInterval? interval) => interval is null ? "–" : $"[{Signed(interval.Low)}, {Signed(interval.High)}]";

    /// <summary>A p-value.</summary>
    internal static string P(double? p) => p switch
    {
        null => "–",
        < SmallestShown => $"<{Number(SmallestShown)}",
        _ => Number(p.Value),
    };

    /// <summary>A metric with its unit.</summary>
    internal static string Named(MeasuredMetric metric) => metric.Unit.Length == 0 ? metric.Name : $"{metric.Name} ({metric.Unit})";

    private static IReadOnlyList<string> Row(SetComparison set, MetricComparison metric) =>
    [
        set.Name,
        Named(metric.Metric),
        metric.Images.Count.ToString(CultureInfo.InvariantCulture),
        metric.MeanBaseline is { } baseline ? Number(baseline) : "–",
        metric.MeanOther is { } other ? Number(other) : "–",
        Signed(metric.Statistics.Mean),
        Range(metric.Statistics.Interval),
        P(metric.Statistics.P),
        $"{metric.Wins}/{metric.Losses}/{metric.Ties}",
        metric.Statistics.Effect is { } effect ? Number(effect, 2) : "–",
    ];

    private static string Images(int count) => count == 1 ? "1 image" : $"{count} images";

    private static string Number(double value, int decimals = 4) => value switch
    {
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        _ => value.ToString($"F{decimals}", CultureInfo.InvariantCulture),
    };
}

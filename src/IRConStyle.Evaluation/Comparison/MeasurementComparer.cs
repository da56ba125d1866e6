using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Comparison;

/// <summary>Compares measurements image by image. Nothing but what the reports hold is used.</summary>
public static class MeasurementComparer
{
    /// <summary>Compares the first measurement with each of the others.</summary>
    /// <param name="reports">Two or more measurements; the first is the baseline.</param>
    /// <param name="options">What is compared, and how; null for defaults.</param>
    /// <exception cref="ArgumentException">There are fewer than two measurements.</exception>
    /// <exception cref="IRConStyleException">
    /// No set or metric is in both, the images of a set differ, or a value is missing or not a number.
    /// </exception>
    public static ComparisonReport Compare(IReadOnlyList<NamedReport> reports, MeasurementComparisonOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reports);
        if (reports.Count < 2)
            throw new ArgumentException("A comparison needs at least two measurements.", nameof(reports));
        return new ComparisonReport(
            reports[0].Name, [.. reports.Skip(1).Select(other => Compare(reports[0], other, options ?? new MeasurementComparisonOptions()))]);
    }

    private static ReportComparison Compare(NamedReport baseline, NamedReport other, MeasurementComparisonOptions options)
    {
        var notes = new List<string>();
        var common = SetMatching.Match(baseline, other, notes);
        RequireKnown(options.Metrics, common, baseline, other);
        var pairs = common.Where(set => HasMetrics(set, options, notes)).ToList();
        if (pairs.Count == 0)
            throw new IRConStyleException($"{baseline.Name} and {other.Name} cannot be compared: {string.Join(' ', notes)}", "Measure both with the same metrics.");
        var images = ImageMatching.Match(pairs, baseline, other, options.CommonImagesOnly);
        foreach (var (set, matched) in pairs.Zip(images))
            notes.AddRange(Differences(set, matched.Images));
        return new ReportComparison(baseline.Name, other.Name, [.. pairs.Zip(images, (set, matched) => Compare(set, matched, options))], notes);
    }

    private static SetComparison Compare(SetPair set, ImagePairs images, MeasurementComparisonOptions options)
    {
        var metrics = MetricsOf(set, options).Select(metric => (Metric: metric, Gains: images.Images.Select(image => Gain(metric, set, image)).ToList())).ToList();
        return new SetComparison(
            set.Title,
            images.LeftOut,
            [.. metrics.AsParallel().AsOrdered().Select(metric => Compare(metric.Metric, metric.Gains, options.Seed))]);
    }

    private static MetricComparison Compare(MeasuredMetric metric, IReadOnlyList<ImageGain> images, ulong seed)
    {
        var finite = images.Where(image => double.IsFinite(image.Baseline) && double.IsFinite(image.Other)).ToList();
        return new MetricComparison(
            metric,
            images,
            finite.Count == 0 ? null : finite.Average(image => image.Baseline),
            finite.Count == 0 ? null : finite.Average(image => image.Other),
            PairedStatistics.Of([.. finite.Select(image => image.Gain)], seed));
    }

    private static ImageGain Gain(MeasuredMetric metric, SetPair set, ImagePair image)
    {
        var (baseline, other) = (Value(image.Baseline), Value(image.Other));
        var difference = metric.Direction == MetricDirection.HigherIsBetter ? other - baseline : baseline - other;
        // Two infinite values are equal, though their difference is not a number.
        return new ImageGain(image.Baseline.Name, baseline, other, baseline == other ? 0 : difference);

        double Value(MeasuredImage measured)
            => measured.Values.TryGetValue(metric.Name, out var value) && !double.IsNaN(value)
                ? value
                : throw new IRConStyleException($"{set.Title}: {measured.Name} has no value of {metric.Name}.", "Measure it again, or leave the metric out with --metrics.");
    }

    /// <summary>A misspelt metric must not shorten the table in silence.</summary>
    private static void RequireKnown(IReadOnlyList<string> asked, IReadOnlyList<SetPair> sets, NamedReport baseline, NamedReport other)
    {
        List<string> known = [.. sets.SelectMany(set => MetricsOf(set, new MeasurementComparisonOptions())).Select(metric => metric.Name).Distinct(StringComparer.Ordinal)];
        if (asked.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw new IRConStyleException(
                $"{baseline.Name} and {other.Name} have no metric '{unknown}' in common; {NearestName.Hint(unknown, known)}.",
                "Correct --metrics, or measure both with it.");
    }

    private static bool HasMetrics(SetPair set, MeasurementComparisonOptions options, List<string> notes)
    {
        if (MetricsOf(set, options).Count > 0)
            return true;
        notes.Add($"{set.Title} is left out: {(options.Metrics.Count == 0 ? "no metric" : "none of the metrics asked for")} is in both measurements ({Names(set.Baseline)}; {Names(set.Other)}).");
        return false;

        static string Names(MeasuredSet measured) => string.Join(", ", measured.Metrics.Select(metric => metric.Name));
    }

    private static IReadOnlyList<MeasuredMetric> MetricsOf(SetPair set, MeasurementComparisonOptions options)
    {
        var baseline = ImageMatching.ByName(set.Baseline.Metrics, metric => metric.Name, set.Title, "metric");
        var common = set.Other.Metrics.Where(metric => baseline.ContainsKey(metric.Name)).ToList();
        foreach (var metric in common.Where(metric => baseline[metric.Name] != metric))
            throw new IRConStyleException($"{set.Title}: {metric.Name} has another unit or direction in the two measurements.", "Measure both with the same program.");
        // In the order asked for, else in that of the baseline.
        return options.Metrics.Count > 0
            ? [.. options.Metrics.Distinct(StringComparer.Ordinal).SelectMany(name => common.Where(metric => metric.Name == name))]
            : [.. set.Baseline.Metrics.Where(common.Contains)];
    }

    private static IEnumerable<string> Differences(SetPair set, IReadOnlyList<ImagePair> images)
    {
        if (set.Baseline.Protocol is { } first && set.Other.Protocol is { } second && first != second)
            yield return $"{set.Title} was measured in two ways: {first}; {second}.";
        foreach (var (metric, _) in set.Baseline.Input)
        {
            if (images.FirstOrDefault(image => InputsDiffer(image, metric)) is not { } differing)
                continue;
            yield return FormattableString.Invariant(
                $"{set.Title}: the degraded images were not the same (input {metric} of {differing.Baseline.Name}: {differing.Baseline.Input[metric]:F4} and {differing.Other.Input[metric]:F4}), so the gains are not of the networks alone.");
            yield break;
        }
    }

    private static bool InputsDiffer(ImagePair image, string metric)
        => image.Baseline.Input.TryGetValue(metric, out var first) && image.Other.Input.TryGetValue(metric, out var second)
            && first != second && !(Math.Abs(first - second) <= 1e-6 * Math.Max(1, Math.Abs(first)));
}

/// <summary>What is compared, and how.</summary>
public sealed record MeasurementComparisonOptions
{
    /// <summary>
    /// Whether images that only one measurement has are left out instead of being an error; default false, because a mean over
    /// other images misleads.
    /// </summary>
    public bool CommonImagesOnly { get; init; }

    /// <summary>The metrics by name, in this order; empty for all that both measurements have.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>Decides what bootstrap and test draw: equal seeds give equal results; default 0.</summary>
    public ulong Seed { get; init; }
}

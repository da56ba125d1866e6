using System.Text.Json;
using System.Text.Json.Serialization;
using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Comparison;

/// <summary>Measurements beside those of a baseline.</summary>
/// <param name="Baseline">What the others are compared with.</param>
/// <param name="Comparisons">One comparison for each of the others.</param>
public sealed record ComparisonReport(string Baseline, IReadOnlyList<ReportComparison> Comparisons)
{
    /// <summary>The format's name and version.</summary>
    public const string FormatName = "irconstyle-comparison-1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Always <see cref="FormatName"/>.</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>Writes everything, each image included; infinite values become the text "Infinity".</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <exception cref="IRConStyleException">The file cannot be written.</exception>
    public void WriteJson(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));
}

/// <summary>One measurement compared with the baseline.</summary>
/// <param name="Baseline">What it is compared with.</param>
/// <param name="Other">What is compared.</param>
/// <param name="Sets">Each set that both have, in the baseline's order.</param>
/// <param name="Notes">What a reader must know: sets left out, other protocols, other degraded images.</param>
public sealed record ReportComparison(
    string Baseline, string Other, IReadOnlyList<SetComparison> Sets, IReadOnlyList<string> Notes)
{
    /// <summary>
    /// In how many sets each metric is better, and worse. There is no mean over sets: it would weigh a set of eleven images
    /// like one of a thousand, and an easy decibel like a hard one.
    /// </summary>
    public IReadOnlyList<MetricSummary> Summary { get; } = MetricSummary.Of(Sets);
}

/// <summary>A set of images measured by both.</summary>
/// <param name="Name">How the set is called in tables.</param>
/// <param name="LeftOut">The images that only one of both has, which were left out on request.</param>
/// <param name="Metrics">Each metric that both have.</param>
public sealed record SetComparison(string Name, int LeftOut, IReadOnlyList<MetricComparison> Metrics);

/// <summary>A metric of a set.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Images">Each image that both have.</param>
/// <param name="MeanBaseline">The baseline's mean over the images whose values are finite on both sides; null without any.</param>
/// <param name="MeanOther">The other's mean over the same images.</param>
/// <param name="Statistics">What the gains of these images say.</param>
public sealed record MetricComparison(
    MeasuredMetric Metric, IReadOnlyList<ImageGain> Images, double? MeanBaseline, double? MeanOther, PairedStatistics Statistics)
{
    /// <summary>The images on which the other is better.</summary>
    public int Wins => Images.Count(image => image.Gain > 0);

    /// <summary>The images on which the baseline is better.</summary>
    public int Losses => Images.Count(image => image.Gain < 0);

    /// <summary>The images on which both score the same.</summary>
    public int Ties => Images.Count(image => image.Gain == 0);

    /// <summary>
    /// The images that an infinite value (PSNR of equal images) keeps out of means, interval and test. They count as wins,
    /// losses and ties.
    /// </summary>
    public int NotFinite => Images.Count - Statistics.Count;
}

/// <summary>An image in both measurements.</summary>
/// <param name="Name">The image.</param>
/// <param name="Baseline">The baseline's value.</param>
/// <param name="Other">The other's value.</param>
/// <param name="Gain">By how much the other is better, whichever way the metric improves; negative where it is worse.</param>
public sealed record ImageGain(string Name, double Baseline, double Other, double Gain);

/// <summary>A metric over several sets.</summary>
/// <param name="Metric">The metric's name.</param>
/// <param name="Sets">The sets that have it.</param>
/// <param name="Better">The sets with a positive mean gain.</param>
/// <param name="Worse">The sets with a negative mean gain.</param>
/// <param name="ClearlyBetter">The better ones whose p-value, corrected for the number of sets, is below 0.05.</param>
/// <param name="ClearlyWorse">The worse ones of which the same is true.</param>
public sealed record MetricSummary(string Metric, int Sets, int Better, int Worse, int ClearlyBetter, int ClearlyWorse)
{
    /// <summary>The bound of <see cref="ClearlyBetter"/> and <see cref="ClearlyWorse"/>.</summary>
    public const double Significance = 0.05;

    internal static IReadOnlyList<MetricSummary> Of(IReadOnlyList<SetComparison> sets)
        => [.. sets.SelectMany(set => set.Metrics).GroupBy(metric => metric.Metric.Name, StringComparer.Ordinal).Select(Of)];

    private static MetricSummary Of(IGrouping<string, MetricComparison> metric)
    {
        var sets = metric.Select(set => set.Statistics).ToList();
        var corrected = PairedStatistics.Holm([.. sets.Select(set => set.P ?? 1)]);
        int Clear(Func<double?, bool> isMeant) => sets.Where((set, i) => isMeant(set.Mean) && corrected[i] < Significance).Count();
        return new MetricSummary(
            metric.Key,
            sets.Count,
            sets.Count(set => set.Mean > 0),
            sets.Count(set => set.Mean < 0),
            Clear(mean => mean > 0),
            Clear(mean => mean < 0));
    }
}

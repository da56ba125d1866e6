using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Benchmarking;

/// <summary>
/// The worst, the median and the best image of a set by its first metric: degraded, restored, clean, and where restored
/// and clean differ. They are restored once more, so that no picture is kept while a set is measured.
/// </summary>
internal static class BenchmarkSheet
{
    /// <summary>Draws the sheet.</summary>
    public static RasterImage Draw(SetMeasurer measurer, SetToMeasure set, MeasuredSet measured)
    {
        var shown = Choose(measured).Select(choice => (choice.Rank, Image: measured.Images[choice.Index], Pictures: measurer.Restore(set, choice.Index))).ToList();
        // One gain for all, so that their maps can be compared.
        var gain = shown.Min(image => DifferenceMap.GainFor(image.Pictures.Restored, image.Pictures.Clean));
        return ComparisonSheet.Stack([.. shown.Select(image => Draw(image.Rank, image.Image, image.Pictures, measured.Metrics[0], gain))]);
    }

    /// <summary>Worst, median (of an even count the worse of the two) and best, each image once.</summary>
    internal static IEnumerable<(string Rank, int Index)> Choose(MeasuredSet measured)
    {
        var metric = measured.Metrics[0];
        var sorted = Enumerable.Range(0, measured.Images.Count).OrderBy(index => measured.Images[index].Values[metric.Name]).ToArray();
        if (metric.Direction is MetricDirection.LowerIsBetter)
            Array.Reverse(sorted);
        return new[] { ("worst", sorted[0]), ("median", sorted[(sorted.Length - 1) / 2]), ("best", sorted[^1]) }.DistinctBy(choice => choice.Item2);
    }

    private static RasterImage Draw(string rank, MeasuredImage image, MeasuredPictures pictures, MeasuredMetric metric, int gain)
        => ComparisonSheet.Draw(
        [
            new($"Degraded {Value(metric, image.Input)}", pictures.Degraded),
            new($"Restored {Value(metric, image.Values)}", pictures.Restored),
            new("Clean", pictures.Clean),
            new($"Restored - clean x{gain}", DifferenceMap.Draw(pictures.Restored, pictures.Clean, gain)),
        ],
        new SheetFormat($"{rank} by {metric.Name}: {image.Name}", (1, 2)));

    private static string Value(MeasuredMetric metric, IReadOnlyDictionary<string, double> values)
        => BenchmarkTable.Text(metric, values[metric.Name]) + (metric.Unit.Length > 0 ? $" {metric.Unit}" : "");
}

using ScottPlot;

namespace IRConStyle.Evaluation.Comparison;

/// <summary>
/// A comparison as a picture. Each set has two panels: the gains of its images as sorted bars, with their mean and its
/// confidence interval; and each image's values against each other, with the line on which both are equal.
/// </summary>
public static class ComparisonPicture
{
    // A few sets stand below each other; more stand in two columns of smaller panels.
    private const int MostInOneColumn = 3;

    private const int LongestName = 28;

    private static readonly Color Better = Color.FromHex("#2a7fb8"), Worse = Color.FromHex("#d1602b"), Mean = Colors.Black;

    /// <summary>Draws the first metric of each set.</summary>
    /// <param name="report">What is drawn.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] Draw(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var pairs = (from comparison in report.Comparisons
                     from set in comparison.Sets
                     select new[] { Gains(comparison, set, report.Comparisons.Count > 1), Scatter(comparison, set) }).ToList();
        var columns = pairs.Count > MostInOneColumn ? 2 : 1;
        var rows = (pairs.Count + columns - 1) / columns;
        var (width, height) = columns == 1 ? (700, 430) : (520, 370);

        var sheet = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Grid(rows, 2 * columns) };
        sheet.Subplots.RemoveAt(0);
        foreach (var panel in pairs.SelectMany(pair => pair))
            sheet.Subplots.Add(panel);
        return sheet.Render(2 * columns * width, rows * height).GetImageBytes(ImageFormat.Png);
    }

    private static Plot Gains(ReportComparison comparison, SetComparison set, bool isOneOfSeveral)
    {
        var metric = set.Metrics[0];
        double[] gains = [.. metric.Images.Select(image => image.Gain).Where(double.IsFinite).OrderDescending()];
        var plot = Panel(isOneOfSeveral ? $"{Short(set.Name)}: {Short(comparison.Other)}" : Short(set.Name));
        if (metric.Statistics.Interval is { } interval)
        {
            var band = plot.Add.VerticalSpan(interval.Low, interval.High, Mean.WithAlpha(0.15));
            band.LineStyle.Width = 0;
        }

        var bars = plot.Add.Bars(gains.Select((gain, i) => new Bar
        {
            Position = i + 1,
            Value = gain,
            FillColor = gain >= 0 ? Better : Worse,
            // Bars narrower than a pixel would fade without an outline.
            LineColor = gain >= 0 ? Better : Worse,
            LineWidth = 1,
            Size = 0.8,
        }).ToArray());
        bars.LegendText = "";
        if (metric.Statistics.Mean is { } mean)
            plot.Add.HorizontalLine(mean, 1.5f, Mean, LinePattern.Dashed);
        plot.Add.HorizontalLine(0, 1, Mean);
        plot.Axes.Bottom.Label.Text =
            $"{metric.Images.Count} images, mean {ComparisonTable.Signed(metric.Statistics.Mean)} {ComparisonTable.Range(metric.Statistics.Interval)}, p {ComparisonTable.P(metric.Statistics.P)}";
        plot.Axes.Left.Label.Text = $"gain in {ComparisonTable.Named(metric.Metric)}";
        plot.Axes.Bottom.TickLabelStyle.IsVisible = false;
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.Bottom.MinorTickStyle.Length = 0;
        // Equal values leave no height of their own.
        var extremes = gains.Append(0).Concat(metric.Statistics.Interval is { } range ? [range.Low, range.High] : []).ToList();
        var room = Math.Max(0.08 * (extremes.Max() - extremes.Min()), extremes.Max() == extremes.Min() ? 1 : 0);
        plot.Axes.SetLimits(0.2, Math.Max(gains.Length, 1) + 0.8, extremes.Min() - (extremes.Min() < 0 ? room : 0), extremes.Max() + room);
        return plot;
    }

    private static Plot Scatter(ReportComparison comparison, SetComparison set)
    {
        var metric = set.Metrics[0];
        var images = metric.Images.Where(image => double.IsFinite(image.Baseline) && double.IsFinite(image.Other)).ToList();
        var isAbove = metric.Metric.Direction == Abstractions.MetricDirection.HigherIsBetter;
        var plot = Panel($"{(isAbove ? "above" : "below")} the line: {Short(comparison.Other)} is better");
        plot.Axes.Bottom.Label.Text = $"{Short(comparison.Baseline)}: {ComparisonTable.Named(metric.Metric)}";
        plot.Axes.Left.Label.Text = $"{Short(comparison.Other)}: {ComparisonTable.Named(metric.Metric)}";
        var values = images.SelectMany(image => new[] { image.Baseline, image.Other }).DefaultIfEmpty(0).ToList();
        var room = values.Max() > values.Min() ? 0.05 * (values.Max() - values.Min()) : 1;
        var (low, high) = (values.Min() - room, values.Max() + room);
        plot.Add.Line(low, low, high, high).LineStyle = new LineStyle(1, Mean, LinePattern.Dashed);
        foreach (var side in images.GroupBy(image => image.Gain >= 0))
            plot.Add.ScatterPoints(side.Select(image => image.Baseline).ToArray(), side.Select(image => image.Other).ToArray(), side.Key ? Better : Worse).MarkerSize =
                images.Count > 100 ? 4 : 7;
        plot.Axes.SetLimits(low, high, low, high);
        return plot;
    }

    private static string Short(string name) => name.Length <= LongestName ? name : $"…{name[^(LongestName - 1)..]}";

    private static Plot Panel(string title)
    {
        var plot = new Plot();
        plot.Axes.Title.Label.Text = title;
        plot.Axes.Title.Label.FontSize = 13;
        plot.Axes.Left.Label.FontSize = 12;
        plot.Axes.Bottom.Label.FontSize = 12;
        plot.Axes.Right.MinimumSize = 25;
        plot.HideLegend();
        return plot;
    }
}

using ScottPlot;
using ScottPlot.TickGenerators;

namespace IRConStyle.Training.Telemetry;

/// <summary>
/// Curves of one or several runs below each other: losses, each metric of validation with its best marked, learning rate.
/// What several runs minimise may be different sums; compared are losses of the same name, without their weights.
/// </summary>
public static class CurveSheet
{
    private const int Width = 1200, PanelHeight = 380, AxisWidth = 70, MostPoints = 1500;

    // Less than one decade looks flat on a logarithmic axis.
    private const double LogarithmicFrom = 10;

    /// <summary>Draws the curves.</summary>
    /// <param name="runs">At least one run. One is drawn with its losses and their sum; of several, each loss has a panel of its own.</param>
    /// <returns>A PNG file.</returns>
    /// <exception cref="ArgumentException">There is no run.</exception>
    public static byte[] Draw(IReadOnlyList<TrainingHistory> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0)
            throw new ArgumentException("A picture needs at least one run.", nameof(runs));
        var panels = Losses(runs).ToList();
        panels.AddRange(runs.SelectMany(run => run.Metrics).Distinct(StringComparer.Ordinal).Select(metric => Metric(runs, metric)));
        panels.Add(Panel("learning rate", [.. runs.Select(run => new Curve(run.Name, run.LearningRate))]));
        // One scale for all panels, so that what happened at once stands below each other.
        var last = runs.SelectMany(run => run.LearningRate.Concat(run.Metrics.SelectMany(run.ValidationOf)))
            .Select(point => point.Iteration).DefaultIfEmpty(1).Max();
        foreach (var panel in panels)
        {
            panel.Axes.SetLimitsX(0, last * 1.02);
            panel.Axes.Left.MinimumSize = AxisWidth;
        }

        var multiplot = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Rows() };
        multiplot.Subplots.RemoveAt(0);
        foreach (var panel in panels)
            multiplot.Subplots.Add(panel);
        return multiplot.Render(Width, PanelHeight * panels.Count).GetImageBytes(ImageFormat.Png);
    }

    private static IEnumerable<Plot> Losses(IReadOnlyList<TrainingHistory> runs)
    {
        if (runs.Count > 1)
            return runs.SelectMany(run => run.LossNames).Distinct(StringComparer.Ordinal)
                .Select(loss => Panel($"loss {loss}, without its weight", [.. runs.Select(run => new Curve(run.Name, run.LossOf(loss)))]));
        var run = runs[0];
        var title = $"{run.Name}: loss";
        var each = run.LossNames.Select(name => new Curve(name, run.LossOf(name))).ToList();
        return [Panel(title, run.LossNames.Count == 1 ? each : [new Curve("weighted sum", run.Loss), .. each])];
    }

    /// <summary>The best stand in the legend: beside their marks, those of similar runs would lie on each other.</summary>
    private static Plot Metric(IReadOnlyList<TrainingHistory> runs, string metric)
    {
        var curves = runs.Select(run => new Curve(run.Name, run.ValidationOf(metric), run.BestIteration)).ToList();
        return Panel(
            runs.Count > 1 ? $"validation {metric}" : $"validation {metric}{Best(curves[0])}",
            [.. curves.Select(curve => curve with { Name = curve.Name + Best(curve) })]);
    }

    private static string Best(Curve curve)
        => BestPoint(curve) is not { } best ? ""
            : FormattableString.Invariant($", best {(double.IsFinite(best.Value) ? $"{best.Value:0.####}" : best.Value > 0 ? "inf" : "-inf")} at {best.Iteration:N0}");

    private static HistoryPoint? BestPoint(Curve curve)
        => curve.Best is { } at && curve.Points.FirstOrDefault(point => point.Iteration == at) is { Iteration: > 0 } best ? best : null;

    private static Plot Panel(string title, IReadOnlyList<Curve> curves)
    {
        var values = curves.SelectMany(curve => curve.Points).Select(point => point.Value).Where(double.IsFinite).ToList();
        var isLogarithmic = values.Count > 0 && values.Min() > 0 && values.Max() / values.Min() >= LogarithmicFrom;
        double Scale(double value) => isLogarithmic ? Math.Log10(value) : value;

        var plot = new Plot();
        plot.Axes.Title.Label.Text = title;
        plot.Axes.Bottom.Label.Text = "iteration";
        if (isLogarithmic)
            plot.Axes.Left.TickGenerator = new NumericAutomatic
            {
                MinorTickGenerator = new LogMinorTickGenerator(),
                IntegerTicksOnly = true,
                LabelFormatter = exponent => $"1e{exponent:0}",
            };
        var palette = new ScottPlot.Palettes.Category10();
        for (var i = 0; i < curves.Count; i++)
        {
            var points = Thinned([.. curves[i].Points.Where(point => double.IsFinite(point.Value))]);
            if (points.Count == 0)
            {
                // Values that no axis holds: the best of them still stands in the legend.
                if (curves[i].Points.Count > 0)
                    plot.Legend.ManualItems.Add(new LegendItem { LabelText = curves[i].Name, LineColor = palette.GetColor(i), LineWidth = 2 });
                continue;
            }

            var line = plot.Add.Scatter(points.Select(point => point.X).ToArray(), points.Select(point => Scale(point.Y)).ToArray(), palette.GetColor(i));
            line.LegendText = curves[i].Name;
            line.LineWidth = 2;
            line.MarkerSize = points.Count > 100 ? 0 : 5;
            if (BestPoint(curves[i]) is { } best && double.IsFinite(best.Value))
                plot.Add.Marker(best.Iteration, Scale(best.Value), MarkerShape.OpenCircle, 16, palette.GetColor(i));
        }

        if (curves.Count > 1)
            plot.ShowLegend(curves.Any(curve => curve.Best is not null) ? Alignment.LowerRight : Alignment.UpperRight);
        else
            plot.HideLegend();
        return plot;
    }

    /// <summary>The means of equal stretches: a hundred thousand points are no more than a blur.</summary>
    private static List<(double X, double Y)> Thinned(List<HistoryPoint> points)
    {
        var stretch = (points.Count + MostPoints - 1) / MostPoints;
        return stretch <= 1
            ? [.. points.Select(point => ((double)point.Iteration, point.Value))]
            : [.. points.Chunk(stretch).Select(chunk => (chunk.Average(point => point.Iteration), chunk.Average(point => point.Value)))];
    }

    private sealed record Curve(string Name, IReadOnlyList<HistoryPoint> Points, int? Best = null);
}

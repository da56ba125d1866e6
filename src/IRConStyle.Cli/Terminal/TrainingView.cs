using IRConStyle.Training.Loop;
using IRConStyle.Training.Samples;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IRConStyle.Cli.Terminal;

/// <summary>Shows where a training run stands: redrawn in place on a live terminal, else one line per report.</summary>
internal sealed class TrainingView : IProgress<TrainingProgress>
{
    private const int BarWidth = 40;

    private readonly Screen _screen;
    private readonly LiveDisplayContext? _live;
    private TrainingProgress? _last;

    private TrainingView(Screen screen, LiveDisplayContext? live) => (_screen, _live) = (screen, live);

    /// <summary>Runs a training while its reports are shown.</summary>
    /// <param name="screen">Where to draw.</param>
    /// <param name="train">The training, given where to report.</param>
    public static TrainingResult Run(Screen screen, Func<IProgress<TrainingProgress>, TrainingResult> train)
        => screen.IsLive
            ? screen.Output.Live(new Text("loading the networks")).Start(live => train(new TrainingView(screen, live)))
            : train(new TrainingView(screen, null));

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        if (_live is not null)
            _live.UpdateTarget(Panel(value));
        else
            _screen.WriteLine(ReferenceEquals(value.Losses, _last?.Losses) ? ValidationLine(value) : Line(value));
        _last = value;
    }

    /// <summary>What a validation adds to the report of its iteration.</summary>
    internal static string ValidationLine(TrainingProgress value)
        => $"iteration {Figures.Exact(value.Iteration)} of {Figures.Exact(value.Iterations)}  validation  {Validation(value)}";

    /// <summary>A report as one line of a log.</summary>
    internal static string Line(TrainingProgress value) => string.Join("  ",
    [
        $"iteration {Figures.Exact(value.Iteration)} of {Figures.Exact(value.Iterations)}",
        Pace(value),
        $"{Figures.Clock(value.Remaining)} left",
        Wait(value),
        .. Rate(value),
        .. Validation(value) is { Length: > 0 } validation ? [validation] : (string[])[],
        .. Incidents(value),
    ]);

    /// <summary>A report as a few lines that are redrawn in place.</summary>
    internal static IRenderable Panel(TrainingProgress value)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders()
            .AddColumn(new TableColumn("").Padding(0, 0, 2, 0)).AddColumn(new TableColumn("").NoWrap());
        table.AddRow(new Text("iteration"), Bar(value));
        table.AddTextRow("speed", Pace(value));
        table.AddTextRow("time", $"{Figures.Clock(value.Remaining)} left  {Figures.Clock(value.Elapsed)} elapsed");
        table.AddTextRow("machine", Wait(value));
        table.AddTextRow("losses", string.Join("  ", Rate(value)));
        if (Validation(value) is { Length: > 0 } validation)
            table.AddTextRow("validation", validation);
        if (string.Join("  ", Incidents(value)) is { Length: > 0 } incidents)
            table.AddRow(new Text("incidents"), new Text(incidents, new Style(Color.Yellow)));
        return table;
    }

    private static IRenderable Bar(TrainingProgress value)
    {
        var filled = (int)((long)BarWidth * value.Iteration / value.Iterations);
        return new Markup(
            $"[green]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/]  "
            + $"{Figures.Exact(value.Iteration)} of {Figures.Exact(value.Iterations)} ({Figures.Fixed(100.0 * value.Iteration / value.Iterations, 1)} %)");
    }

    private static string Pace(TrainingProgress value)
        => $"{Figures.Rate(value.ImagesPerSecond, "image")}  {Figures.Rate(value.IterationsPerSecond, "iteration")}";

    private static string Wait(TrainingProgress value)
        => $"{Figures.Fixed(100 * value.DataWait, 0)} % waiting for data  {Figures.Exact(value.MemoryBytes >> 20)} MiB";

    private static IEnumerable<string> Rate(TrainingProgress value)
        => [$"lr {Figures.Scientific(value.LearningRate)}", .. value.Losses.Select(loss => $"{loss.Key} {Figures.Fixed(loss.Value, 5)}")];

    private static string Validation(TrainingProgress value)
        => string.Join("  ",
        [
            .. value.Validation.Select(metric => $"{metric.Key} {Figures.Fixed(metric.Value, 4)}"),
            .. value.Best is { } best ? [$"best {Figures.Fixed(best, 4)}"] : (string[])[],
        ]);

    private static IEnumerable<string> Incidents(TrainingProgress value)
    {
        if (value.UnreadableImages > 0)
            yield return $"{Figures.Count(value.UnreadableImages, "unreadable image")} left out";
        if (value.RollBacks > 0)
            yield return $"rolled back {Figures.Count(value.RollBacks, "time")}";
    }
}

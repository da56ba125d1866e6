using IRConStyle.Framework.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IRConStyle.Cli.Terminal;

/// <summary>Shows where a training run stands: redrawn in place on a live terminal, else one line per report.</summary>
internal sealed class TrainingView : IProgress<TrainingProgress>
{
    private const int BarWidth = 40;

    private readonly Screen _screen;
    private readonly LiveDisplayContext? _live;

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
        if (_live is null)
            _screen.WriteLine($"{Place(value)}  {Pace(value)}  {Losses(value)}");
        else
            _live.UpdateTarget(new Rows(Bar(value), new Text(Place(value) + "  " + Pace(value)), new Text(Losses(value))));
    }

    private static IRenderable Bar(TrainingProgress value)
    {
        var filled = (int)((long)BarWidth * value.Iteration / value.Iterations);
        return new Markup($"[green]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/]");
    }

    private static string Place(TrainingProgress value)
        => $"iteration {Figures.Exact(value.Iteration)} of {Figures.Exact(value.Iterations)}";

    private static string Pace(TrainingProgress value)
        => $"{Figures.Rate(value.IterationsPerSecond, "iteration")}  {Figures.Rate(value.ImagesPerSecond, "patch")}  "
            + $"{Figures.Clock(value.Remaining)} left  {Figures.Fixed(100 * value.DataWait, 0)} % waiting for data";

    private static string Losses(TrainingProgress value)
        => $"lr {Figures.Scientific(value.LearningRate)}  "
            + string.Join("  ", value.Losses.Select(loss => $"{loss.Key} {Figures.Fixed(loss.Value, 5)}"));
}

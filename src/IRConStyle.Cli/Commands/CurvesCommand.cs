using System.CommandLine;
using IRConStyle.Abstractions;
using IRConStyle.Cli.Terminal;
using IRConStyle.Framework.Files;
using IRConStyle.Training.Telemetry;

namespace IRConStyle.Cli.Commands;

/// <summary>Draws the curves of training runs into one picture.</summary>
internal sealed class CurvesCommand : Verb
{
    private const string Extension = ".png";

    private readonly Argument<string[]> _runs = PathArgument.OneOrMore("runs", "Folders of training runs; a run may still be going on.");

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The picture (.png).",
        HelpName = "FILE",
        DefaultValueFactory = _ => TrainingCurves.FileName,
    };

    public CurvesCommand()
        : base(
            "curves",
            "Draws losses, validation and learning rate of training runs into one picture.",
            "curves runs/nafnet runs/constyle-nafnet --output comparison.png")
    {
        Add(_runs);
        Add(_output);
        Validators.Add(result =>
        {
            if (result.GetValue(_output) is { } output && !string.Equals(Path.GetExtension(output), Extension, StringComparison.OrdinalIgnoreCase))
                result.AddError($"--output {output}: the picture is a PNG file; give it the extension {Extension}.");
        });
    }

    protected override int Run(VerbCall call)
    {
        var runs = call.Result.GetRequiredValue(_runs).Select(run => TrainingHistory.Read(run)).ToList();
        var output = call.Result.GetRequiredValue(_output);
        if (runs.Find(run => run.Loss.Count == 0) is { } empty)
            throw new IRConStyleException($"The run {empty.Name} has reported nothing yet.", "Wait for its first report.");
        AtomicFile.Write(output, stream => stream.Write(CurveSheet.Draw(runs)));
        foreach (var run in runs)
            call.Screen.WriteLine(Describe(run));
        call.Screen.WriteLine($"curves in {output}");
        return ExitCode.Success;
    }

    private static string Describe(TrainingHistory run)
    {
        var last = run.Loss[^1];
        var best = run.BestIteration is { } at
            ? $"  best at {Figures.Exact(at)}: {string.Join("  ", run.Metrics.Select(metric => $"{metric} {Figures.Fixed(run.ValidationOf(metric).First(point => point.Iteration == at).Value, 4)}"))}"
            : "";
        return $"{run.Name}  iteration {Figures.Exact(last.Iteration)}  loss {Figures.Fixed(last.Value, 5)}{best}";
    }
}

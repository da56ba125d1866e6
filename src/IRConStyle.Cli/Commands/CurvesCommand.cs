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
        var runs = TrainingHistory.ReadAll(call.Result.GetRequiredValue(_runs));
        var output = call.Result.GetRequiredValue(_output);
        if (runs.FirstOrDefault(run => run.Loss.Count == 0) is { } empty)
            throw new IRConStyleException($"The run {empty.Name} has reported nothing yet.", "Wait for its first report.");
        AtomicFile.Write(output, stream => stream.Write(CurveSheet.Draw(runs)));
        foreach (var run in runs)
            call.Screen.WriteLine(Describe(run));
        if (runs.Any(run => !run.LossNames.SequenceEqual(runs[0].LossNames)))
            call.Screen.WriteNote("The runs minimise different losses: compared are losses of the same name, without their weights, not the sums.");
        call.Screen.WriteLine($"curves in {output}");
        return ExitCode.Success;
    }

    private static string Describe(TrainingHistory run)
    {
        var losses = run.LossNames.Select(loss => $"  {loss} {Figures.Fixed(run.LossOf(loss)[^1].Value, 5)}");
        var best = run.BestIteration is { } at
            ? $"  best at {Figures.Exact(at)}: {string.Join("  ", run.Metrics.SelectMany(metric => run.ValidationOf(metric).Where(point => point.Iteration == at).Select(point => $"{metric} {Figures.Fixed(point.Value, 4)}")))}"
            : "";
        return $"{run.Name}  iteration {Figures.Exact(run.Loss[^1].Iteration)}{string.Concat(losses)}{best}";
    }
}

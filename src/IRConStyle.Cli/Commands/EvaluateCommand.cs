using System.CommandLine;
using System.CommandLine.Parsing;
using IRConStyle.Cli.Terminal;
using IRConStyle.Framework.Evaluation;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Measures a pipeline on a folder of images.</summary>
internal sealed class EvaluateCommand : Verb
{
    private readonly Option<string?> _pipeline = PipelineChoice.Pipeline(
        "The pipeline; without it the one the weights file describes, or the default one.");

    private readonly Option<string> _clean = new("--clean") { Description = "The clean originals.", HelpName = "DIR", Required = true };

    private readonly Option<string?> _degraded = new("--degraded")
    {
        Description = "The degraded images, paired with the originals by name.",
        HelpName = "DIR",
    };

    private readonly Option<double?> _noise = new("--noise")
    {
        Description = "Instead of --degraded: adds Gaussian noise of this standard deviation (0 to 255) to the originals.",
        HelpName = "SIGMA",
    };

    private readonly Option<string[]> _metrics = new("--metrics")
    {
        Description = "What to measure, for example psnr,ssim,psnr-y,ssim-y; without it what the pipeline is configured with.",
        HelpName = "NAME,…",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
    };

    private readonly Option<string?> _json = new("--json") { Description = "Also write the figures to this file.", HelpName = "FILE" };

    private readonly Option<string?> _weights = PipelineChoice.Weights("The weights; without it those the pipeline is configured with.");

    private readonly Option<string?> _section = PipelineChoice.Section();

    private readonly Option<string?> _device = PipelineChoice.Device();

    public EvaluateCommand()
        : base(
            "evaluate",
            "Measures a pipeline on a folder of images.",
            "evaluate --clean kodak --noise 25",
            "evaluate --pipeline denoise --degraded noisy --clean clean --metrics psnr-y,ssim-y --json figures.json")
    {
        Add(_clean);
        Add(_degraded);
        Add(_noise);
        Add(_pipeline);
        Add(_weights);
        Add(_section);
        Add(_metrics);
        Add(_json);
        Add(_device);
        Validators.Add(RequireOneSource);
    }

    protected override int Run(VerbCall call)
    {
        using var host = call.OpenHost();
        var evaluator = host.Services.GetRequiredService<Evaluator>();
        var report = ImageProgress.Run(call.Screen, progress => evaluator.Run(
            new EvaluationRequest(call.Result.GetRequiredValue(_clean))
            {
                DegradedDirectory = call.Result.GetValue(_degraded),
                NoiseSigma = call.Result.GetValue(_noise),
                Pipeline = call.Result.GetValue(_pipeline),
                Weights = call.Result.GetValue(_weights),
                Section = call.Result.GetValue(_section),
                Device = call.Result.GetValue(_device),
                Metrics = call.Result.GetValue(_metrics) ?? [],
                Planned = progress.Plan,
                Done = _ => progress.Step(),
            },
            call.Stop));
        Show(call.Screen, report);
        if (call.Result.GetValue(_json) is { } file)
            report.WriteJson(file);
        return ExitCode.Success;
    }

    private static void Show(Screen screen, EvaluationReport report)
    {
        var table = screen.CreateTable(report.Metrics.Select(metric => (metric, true)).Prepend(("image", false)));
        foreach (var image in report.Images)
            table.AddTextRow(Row(image.Name, report.Metrics, image.Values));
        table.AddStrongRow(Row($"mean of {Figures.Count(report.Images.Count, "image")}", report.Metrics, report.Mean));
        screen.Output.Write(table);
    }

    private static IEnumerable<string> Row(string name, IReadOnlyList<string> metrics, IReadOnlyDictionary<string, double> values)
        => metrics.Select(metric => Figures.Fixed(values[metric], 4)).Prepend(name);

    private void RequireOneSource(CommandResult result)
    {
        if (result.GetResult(_degraded) is null == result.GetResult(_noise) is null)
            result.AddError("Exactly one of --degraded DIR and --noise SIGMA is needed.");
    }
}

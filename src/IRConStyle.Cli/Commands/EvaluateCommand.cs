using System.CommandLine;
using System.CommandLine.Parsing;
using IRConStyle.Cli.Terminal;
using IRConStyle.Evaluation.Measurement;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Scoring;
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

    private readonly Option<string?> _as = new("--as")
    {
        Description = "Instead of --degraded: degrades the originals by any degradation, one of a plugin or one of IRConStyle:Degradations.",
        HelpName = "NAME",
    };

    private readonly Option<ulong> _seed = new("--seed") { Description = "With --as: another seed, another degradation; default 0.", HelpName = "N" };

    private readonly Option<string[]> _metrics = NameListOption.Create(
        "--metrics", "What to measure, for example psnr,ssim,psnr-y,ssim-y; without it what the pipeline is configured with.");

    private readonly Option<string?> _json = new("--json") { Description = "Also write the figures to this file.", HelpName = "FILE" };

    private readonly Option<string?> _weights = PipelineChoice.Weights("The weights; without it those the pipeline is configured with.");

    private readonly PartOptions _part = new();

    private readonly Option<string?> _device = PipelineChoice.Device();

    public EvaluateCommand()
        : base(
            "evaluate",
            "Measures a pipeline on a folder of images.",
            "evaluate --clean kodak --noise 25",
            "evaluate --clean kodak --as gaussian-noise --seed 7",
            "evaluate --pipeline denoise --degraded noisy --clean clean --metrics psnr-y,ssim-y --json figures.json")
    {
        Add(_clean);
        Add(_degraded);
        Add(_noise);
        Add(_as);
        Add(_seed);
        Add(_pipeline);
        Add(_weights);
        _part.AddTo(this);
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
                Degradation = call.Result.GetValue(_as),
                Seed = call.Result.GetValue(_seed),
                Pipeline = call.Result.GetValue(_pipeline),
                Weights = call.Result.GetValue(_weights),
                Part = _part.Read(call.Result),
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

    private static void Show(Screen screen, MeasurementReport report)
    {
        var set = report.Sets.Single();
        var table = screen.CreateTable(set.Metrics.Select(metric => (metric.Name, true)).Prepend(("image", false)));
        foreach (var image in set.Images)
            table.AddTextRow(Row(image.Name, set, image.Values));
        table.AddStrongRow(Row($"mean of {Figures.Count(set.Images.Count, "image")}", set, set.Mean));
        screen.Output.Write(table);
        screen.WriteNote(set.Protocol ?? "");
    }

    private static IEnumerable<string> Row(string name, MeasuredSet set, IReadOnlyDictionary<string, double> values)
        => set.Metrics.Select(metric => Figures.Fixed(values[metric.Name], 4)).Prepend(name);

    private void RequireOneSource(CommandResult result)
    {
        var sources = new Option[] { _degraded, _noise, _as }.Count(option => result.GetResult(option) is not null);
        if (sources != 1)
            result.AddError("Exactly one of --degraded DIR, --noise SIGMA and --as NAME is needed.");
        if (result.GetResult(_seed) is { Implicit: false } && result.GetResult(_as) is null)
            result.AddError("--seed is for --as NAME; the noise of --noise is always that of seed 0.");
    }
}

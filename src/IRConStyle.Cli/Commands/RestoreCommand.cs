using System.CommandLine;
using IRConStyle.Cli.Terminal;
using IRConStyle.Framework.Inference;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Restores images and folders of images.</summary>
internal sealed class RestoreCommand : Verb
{
    private readonly Argument<string[]> _inputs = PathArgument.OneOrMore(
        "image|folder", "Images, and folders, which are searched recursively: with all their subfolders.");

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "A file for a single image, else a folder. Without it results lie beside the inputs: "
            + "photo_restored.png, album_restored/.",
        HelpName = "PATH",
    };

    private readonly Option<string?> _format = new("--format")
    {
        Description = "Writes all results as png, jpg, tif, webp, …; without it each as its input, and what is only read as png.",
        HelpName = "EXT",
    };

    private readonly Option<bool> _skipExisting = new("--skip-existing")
    {
        Description = "Leaves out images whose result exists, so that an interrupted batch goes on.",
    };

    private readonly Option<string?> _pipeline = PipelineChoice.Pipeline(
        "The pipeline; without it the one the weights file describes, or the default one.");

    private readonly Option<string?> _weights = PipelineChoice.Weights("The weights; without it those the pipeline is configured with.");

    private readonly PartOptions _part = new();

    private readonly Option<string?> _device = PipelineChoice.Device();

    private readonly RestoringOptions _inference = new();

    private readonly Option<bool> _compare = new("--compare")
    {
        Description = "Also write a sheet with before and after beside each result, named …_compare.png.",
    };

    public RestoreCommand()
        : base(
            "restore",
            "Restores images and folders of images.",
            "restore photo.png",
            "restore album -o album_clean --compare",
            "restore album -o album_clean --format png --skip-existing",
            "restore photo.png --strength 0.8 --texture 0.2",
            "restore photo.png --weights runs/denoise/weights.safetensors")
    {
        Add(_inputs);
        Add(_output);
        Add(_format);
        Add(_skipExisting);
        Add(_pipeline);
        Add(_weights);
        _part.AddTo(this);
        Add(_device);
        _inference.AddTo(this);
        Add(_compare);
    }

    protected override int Run(VerbCall call)
    {
        using var host = call.OpenHost();
        var service = host.Services.GetRequiredService<RestorationService>();
        var result = ImageProgress.Run(call.Screen, progress => service.Run(
            new RestoreRequest(call.Result.GetRequiredValue(_inputs))
            {
                Output = call.Result.GetValue(_output),
                Format = call.Result.GetValue(_format),
                SkipExisting = call.Result.GetValue(_skipExisting),
                Pipeline = call.Result.GetValue(_pipeline),
                Weights = call.Result.GetValue(_weights),
                Part = _part.Read(call.Result),
                Device = call.Result.GetValue(_device),
                Compare = call.Result.GetValue(_compare),
                Changes = _inference.Read(call.Result),
                Planned = plan =>
                {
                    foreach (var note in plan.Unreadable.Concat(plan.Notes))
                        call.Screen.WriteWarning($"{note.Path} {note.Text}");
                    progress.Plan(plan.Jobs.Count);
                },
                Done = outcome =>
                {
                    Show(call.Screen, outcome);
                    progress.Finish(outcome.Job);
                },
                Advanced = progress.Advance,
            },
            call.Stop));
        return Summarise(call.Screen, result);
    }

    private static void Show(Screen screen, RestoreOutcome outcome)
    {
        screen.WriteLine(outcome.Error is null
            ? $"{outcome.Job.Input} → {outcome.Job.Output}  {outcome.Width}×{outcome.Height}  {Figures.Took(outcome.Time)}"
            : $"{outcome.Job.Input}  failed");
        foreach (var note in outcome.Notes)
            screen.WriteWarning($"{outcome.Job.Input}: {note}");
    }

    private static int Summarise(Screen screen, RestoreResult result)
    {
        foreach (var file in result.Skipped)
            screen.WriteNote($"skipped {file}: its name is not that of an image");
        var failures = result.Outcomes.Where(outcome => outcome.Error is not null).ToList();
        if (result.Existing.Count > 0)
            screen.WriteLine($"{Figures.Count(result.Existing.Count, "image")} left out: the result exists");
        if (result.Outcomes.Count > 1 || (result.Outcomes.Count == 0 && result.Existing.Count == 0))
            screen.WriteLine($"{result.Outcomes.Count - failures.Count} of {Figures.Count(result.Outcomes.Count, "image")} restored");
        if (failures.Count > 0)
        {
            screen.WriteError($"{Figures.Count(failures.Count, "image")} could not be restored:");
            foreach (var failure in failures)
                screen.WriteRemedy($"  {failure.Job.Input}: {failure.Error!.Message} {failure.Error.Remedy}".TrimEnd());
        }

        if (result.Unreadable.Count > 0)
            screen.WriteError($"{Figures.Count(result.Unreadable.Count, "folder")} could not be listed, so their images were not restored.");
        return failures.Count > 0 || result.Unreadable.Count > 0 ? ExitCode.Failure : ExitCode.Success;
    }
}

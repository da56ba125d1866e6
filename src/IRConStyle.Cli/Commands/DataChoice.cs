using System.CommandLine;
using System.CommandLine.Parsing;
using IRConStyle.Evaluation.Data;

namespace IRConStyle.Cli.Commands;

/// <summary>The options that name images: folders, a pair of folders, or a pipeline's data.</summary>
internal sealed class DataChoice
{
    private readonly Argument<string[]> _folders = PathArgument.Any(
        "folder", "Folders of clean images, or of pairs in two sub-folders (input and target, blur and sharp, …).");

    private readonly Option<string?> _degraded = new("--degraded") { Description = "A folder of degraded images, with --clean.", HelpName = "DIR" };

    private readonly Option<string?> _clean = new("--clean") { Description = "The folder of their clean partners.", HelpName = "DIR" };

    private readonly Option<string?> _pipeline = PipelineChoice.Pipeline("A pipeline whose training and validation data are meant.");

    private readonly Option<string[]> _options = KeyValueOption.Create(
        "--option", "Sets an option of the dataset behind the folders, for example DegradedName=rain-{id}.");

    public void AddTo(Command command)
    {
        command.Add(_folders);
        foreach (var option in new Option[] { _degraded, _clean, _pipeline, _options })
            command.Add(option);
        command.Validators.Add(Check);
    }

    public DataSelection Read(ParseResult result) => new()
    {
        Folders = result.GetValue(_folders) ?? [],
        Degraded = result.GetValue(_degraded),
        Clean = result.GetValue(_clean),
        Pipeline = result.GetValue(_pipeline),
        Options = KeyValueOption.Read(result, _options),
    };

    private void Check(CommandResult result)
    {
        if (result.GetResult(_degraded) is null != result.GetResult(_clean) is null)
            result.AddError("--degraded DIR and --clean DIR go together.");
        if (result.GetResult(_folders) is not { Tokens.Count: > 0 } && result.GetResult(_degraded) is null && result.GetResult(_pipeline) is null)
            result.AddError("Folders, --degraded DIR with --clean DIR, or --pipeline NAME are needed.");
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using IRConStyle.Training.Loop;

namespace IRConStyle.Cli.Commands;

/// <summary>The options that name the images of a training and of its validation, as changes of the training.</summary>
internal sealed class TrainingData
{
    private readonly Option<string?> _data = new("--data") { Description = "The folder of training images; clean ones where the pipeline degrades them.", HelpName = "DIR" };

    private readonly Option<string?> _clean = new("--clean") { Description = "The folder of clean training images, with --degraded.", HelpName = "DIR" };

    private readonly Option<string?> _degraded = new("--degraded") { Description = "The folder of their degraded partners, of the same names.", HelpName = "DIR" };

    private readonly Option<string?> _validation = new("--validation") { Description = "The folder of clean validation images.", HelpName = "DIR" };

    private readonly Option<string?> _validationDegraded = new("--validation-degraded") { Description = "The folder of their degraded partners.", HelpName = "DIR" };

    private readonly Option<double?> _validationNoise = new("--validation-noise")
    {
        Description = "The noise added to validation images without degraded partners (0 to 255); without it they are degraded like the training images.",
        HelpName = "SIGMA",
    };

    private readonly Option<int?> _every = new("--validate-every") { Description = "Iterations between two validations.", HelpName = "N" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _data, _clean, _degraded, _validation, _validationDegraded, _validationNoise, _every })
            command.Add(option);
        command.Validators.Add(Check);
    }

    /// <summary>Adds what is named here to the changes of a training.</summary>
    public TrainingChanges Apply(ParseResult result, TrainingChanges changes) => changes with
    {
        Data = Folders(result.GetValue(_data) ?? result.GetValue(_clean), result.GetValue(_degraded)),
        Validation = Folders(result.GetValue(_validation), result.GetValue(_validationDegraded)),
        ValidationNoise = result.GetValue(_validationNoise),
        ValidateEvery = result.GetValue(_every),
    };

    private static ImageFolders? Folders(string? clean, string? degraded) => clean is null ? null : new ImageFolders(clean, degraded);

    private void Check(CommandResult result)
    {
        bool Has(Option option) => result.GetResult(option) is not null;
        if (Has(_clean) != Has(_degraded))
            result.AddError("--clean and --degraded belong together.");
        if (Has(_data) && Has(_clean))
            result.AddError("Give either --data, or --clean and --degraded.");
        if (!Has(_validation) && (Has(_validationDegraded) || Has(_validationNoise)))
            result.AddError("--validation-degraded and --validation-noise need --validation.");
        if (Has(_degraded) && Has(_validation) && !Has(_validationDegraded) && !Has(_validationNoise))
            result.AddError("--validation needs --validation-degraded or --validation-noise beside --degraded: pairs do not say how to degrade other images.");
        if (Has(_validationDegraded) && Has(_validationNoise))
            result.AddError("Give either --validation-degraded or --validation-noise.");
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using IRConStyle.Framework.Evaluation;

namespace IRConStyle.Cli.Commands;

/// <summary>The options that name the images of a training and of its validation, as settings of the pipeline.</summary>
internal sealed class TrainingData
{
    private readonly EvaluationOptions _names = new();

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

    /// <summary>Keys below the pipeline and their values.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="configured">A key's configured value.</param>
    public IEnumerable<(string Key, string Value)> Settings(ParseResult result, Func<string, string?> configured)
    {
        if (result.GetValue(_data) is { } folder)
        {
            yield return ("Training:Data:Options:Root", Path.GetFullPath(folder));
            if (string.IsNullOrEmpty(configured("Training:Data:Name")))
                yield return ("Training:Data:Name", _names.CleanDataset);
        }

        foreach (var setting in Pair("Training:Data", result.GetValue(_clean), result.GetValue(_degraded)))
            yield return setting;
        if (result.GetValue(_every) is { } every)
            yield return ("Training:Validation:Every", every.ToString(CultureInfo.InvariantCulture));
        if (result.GetValue(_validation) is not { } validation)
            yield break;

        foreach (var setting in Pair("Training:Validation:Data", validation, result.GetValue(_validationDegraded)))
            yield return setting;
        if (result.GetValue(_validationDegraded) is not null)
            yield break;
        yield return ("Training:Validation:Data:Name", _names.CleanDataset);
        yield return ("Training:Validation:Data:Options:Root", Path.GetFullPath(validation));
        if (result.GetValue(_validationNoise) is { } noise)
        {
            yield return ("Training:Validation:Degradation:Name", _names.NoiseDegradation);
            yield return ("Training:Validation:Degradation:Options:Sigma", noise.ToString(CultureInfo.InvariantCulture));
        }
        else
        {
            // Not all images the same rain; noise as benchmarks add it is the same for all.
            yield return ("Training:Validation:Data:Options:SeedByName", bool.TrueString);
        }
    }

    private IEnumerable<(string Key, string Value)> Pair(string section, string? clean, string? degraded)
    {
        if (clean is null || degraded is null)
            yield break;
        yield return (section + ":Name", _names.PairedDataset);
        yield return (section + ":Options:Clean", Path.GetFullPath(clean));
        yield return (section + ":Options:Degraded", Path.GetFullPath(degraded));
    }

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

using System.CommandLine;
using IRConStyle.Framework.Checkpoints;

namespace IRConStyle.Cli.Commands;

/// <summary>The options by which several verbs choose by hand what of a weights file is taken.</summary>
internal sealed class PartOptions
{
    private readonly Option<string?> _section = new("--section")
    {
        Description = "The dictionary of weights to take from a file that has several, such as params; without it all are searched, "
            + "and averaged weights (params_ema) come first.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _prefix = new("--prefix")
    {
        Description = "What stands before the names of the weights, such as module. or generator.; without it it is found.",
        HelpName = "TEXT",
    };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        verb.Add(_section);
        verb.Add(_prefix);
    }

    /// <summary>What was chosen; null for nothing.</summary>
    public PartChoice? Read(ParseResult result)
        => (result.GetValue(_section), result.GetValue(_prefix)) is var (section, prefix) && (section ?? prefix) is not null
            ? new PartChoice(section, prefix)
            : null;
}

using System.CommandLine;
using System.CommandLine.Help;
using IRConStyle.Cli.Terminal;

namespace IRConStyle.Cli.Commands;

/// <summary>A verb that does nothing by itself and holds others: <c>irconstyle data check</c>.</summary>
internal abstract class VerbGroup : Command
{
    protected VerbGroup(string name, string description, params IEnumerable<Verb> verbs)
        : base(name, description)
    {
        foreach (var verb in verbs)
            Add(verb);
    }

    /// <summary>Connects the verbs to the terminal.</summary>
    /// <param name="screen">The terminal.</param>
    /// <param name="stop">Cancelled when the user wants to stop.</param>
    public void Prepare(Screen screen, CancellationToken stop)
    {
        Verb[] verbs = [.. Subcommands.OfType<Verb>()];
        Add(new HelpOption { Action = new HelpWithExamples(verbs.SelectMany(verb => verb.Examples)) });
        foreach (var verb in verbs)
            verb.Prepare(screen, stop);
    }
}

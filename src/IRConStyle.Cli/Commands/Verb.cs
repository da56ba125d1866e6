using System.CommandLine;
using System.CommandLine.Help;
using IRConStyle.Cli.Hosting;
using IRConStyle.Cli.Terminal;
using Microsoft.Extensions.Hosting;

namespace IRConStyle.Cli.Commands;

/// <summary>A command of the program. It parses, calls the engine and shows; errors become one line and an exit code here.</summary>
/// <param name="name">The verb.</param>
/// <param name="description">One line for lists.</param>
/// <param name="examples">Command lines for the help text, without the program's name.</param>
internal abstract class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines for help texts, without the program's name.</summary>
    public IReadOnlyList<string> Examples => examples;

    /// <summary>Connects the verb, and those below it, to the terminal.</summary>
    /// <param name="screen">The terminal.</param>
    /// <param name="stop">Cancelled when the user wants to stop.</param>
    public void Prepare(Screen screen, CancellationToken stop)
    {
        Verb[] below = [.. Subcommands.OfType<Verb>()];
        Add(new HelpOption { Action = new HelpWithExamples(examples.Concat(below.SelectMany(verb => verb.Examples))) });
        foreach (var verb in below)
            verb.Prepare(screen, stop);
        SetAction(result => Invoke(new VerbCall(result, screen, stop)));
    }

    /// <summary>Does what the verb is for.</summary>
    /// <param name="call">The command line, and where to show results.</param>
    /// <returns>The exit code.</returns>
    protected abstract int Run(VerbCall call);

    private int Invoke(VerbCall call)
    {
        try
        {
            return Run(call);
        }
        catch (OperationCanceledException) when (call.Stop.IsCancellationRequested)
        {
            call.Screen.WriteNote("Stopped.");
            return ExitCode.Interrupted;
        }
        catch (Exception exception)
        {
            call.Screen.WriteException(exception, GlobalOptions.IsVerbose(call.Result));
            return ExitCode.Failure;
        }
    }
}

/// <summary>One call of a verb.</summary>
/// <param name="Result">The command line.</param>
/// <param name="Screen">The terminal.</param>
/// <param name="Stop">Cancelled when the user wants to stop.</param>
internal sealed record VerbCall(ParseResult Result, Screen Screen, CancellationToken Stop)
{
    /// <summary>Builds the engine.</summary>
    /// <param name="pluginDirectories">Plugin directories beside those of the options.</param>
    public IHost OpenHost(params IEnumerable<string> pluginDirectories)
    {
        var settings = GlobalOptions.Read(Result);
        return CliHost.Build(settings with { PluginDirectories = [.. settings.PluginDirectories, .. pluginDirectories] }, Screen);
    }
}

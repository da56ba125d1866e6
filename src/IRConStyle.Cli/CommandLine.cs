using System.CommandLine;
using System.CommandLine.Invocation;
using IRConStyle.Cli.Commands;
using IRConStyle.Cli.Terminal;

namespace IRConStyle.Cli;

/// <summary>The program's verbs, and what becomes of a wrong command line.</summary>
internal static class CommandLine
{
    private const string Description = "Restores degraded images with style-guided networks, and trains and measures them.";

    /// <summary>Runs one command line.</summary>
    /// <param name="args">Everything after the program's name.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args)
    {
        var screen = Screen.Open();
        using var interruption = new Interruption(screen);
        var result = CreateRoot(screen, interruption.Token).Parse(args);
        if (result.Action is ParseErrorAction)
            return RefuseUsage(result, screen);

        // Verbs report their errors themselves and stop in their own time, with their work saved.
        return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static RootCommand CreateRoot(Screen screen, CancellationToken stop)
    {
        var root = new RootCommand(Description);
        foreach (var option in GlobalOptions.All)
            root.Add(option);
        root.Add(new RestoreCommand());
        root.Add(new EvaluateCommand());
        root.Add(new BenchmarkCommand());
        root.Add(new TrainCommand());
        root.Add(new CurvesCommand());
        root.Add(new PipelinesCommand());
        root.Add(new PluginsCommand());
        root.Add(new InspectCommand());
        root.Add(new ParityCommand());
        root.Add(new ConvertCommand());
        foreach (var verb in root.Subcommands.OfType<Verb>())
            verb.Prepare(screen, stop);
        return root;
    }

    private static int RefuseUsage(ParseResult result, Screen screen)
    {
        if (result.CommandResult.Command is not Verb verb)
        {
            var verbs = string.Join(", ", result.CommandResult.Command.Subcommands.Select(command => command.Name));
            screen.WriteError(result.UnmatchedTokens is [var unknown, ..]
                ? $"'{unknown}' is unknown; the verbs are {verbs}."
                : $"A verb is needed: {verbs}.");
            screen.WriteRemedy("Run 'irconstyle --help' for what they do.");
            return ExitCode.Usage;
        }

        foreach (var error in result.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))
            screen.WriteError(error);
        screen.WriteRemedy($"Run 'irconstyle {verb.Name} --help' for how it is used.");
        return ExitCode.Usage;
    }
}

using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
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
        var result = CreateRoot(screen, interruption.Token).Parse(AfterDashes(args));
        if (result.Action is ParseErrorAction)
            return RefuseUsage(result, screen);

        // Verbs report their errors themselves and stop in their own time, with their work saved.
        return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    /// <summary>
    /// What follows <c>--</c> is a path, whatever it begins with; arguments look for misspelt options by the first character, so
    /// it gets another.
    /// </summary>
    private static string[] AfterDashes(string[] args)
    {
        var end = Array.IndexOf(args, "--");
        return [.. args.Select((arg, index) => end >= 0 && index > end && arg.StartsWith('-') ? Path.Combine(".", arg) : arg)];
    }

    private static RootCommand CreateRoot(Screen screen, CancellationToken stop)
    {
        var root = new RootCommand(Description);
        foreach (var option in GlobalOptions.All)
            root.Add(option);
        root.Add(new RestoreCommand());
        root.Add(new EvaluateCommand());
        root.Add(new BenchmarkCommand());
        root.Add(new DegradeCommand());
        root.Add(new CompareCommand());
        root.Add(new TrainCommand());
        root.Add(new CurvesCommand());
        root.Add(new DataCommand());
        root.Add(new PipelinesCommand());
        root.Add(new PluginsCommand());
        root.Add(new InspectCommand());
        root.Add(new ParityCommand());
        root.Add(new ConvertCommand());
        foreach (var verb in root.Subcommands.OfType<Verb>())
            verb.Prepare(screen, stop);
        foreach (var group in root.Subcommands.OfType<VerbGroup>())
            group.Prepare(screen, stop);
        return root;
    }

    private static int RefuseUsage(ParseResult result, Screen screen)
    {
        var command = result.CommandResult.Command;
        if (command is not Verb)
        {
            var verbs = string.Join(", ", command.Subcommands.Select(below => below.Name));
            var inGroup = command is VerbGroup ? $" of {command.Name}" : "";
            screen.WriteError(result.UnmatchedTokens is [var unknown, ..]
                ? $"'{unknown}' is unknown; the verbs{inGroup} are {verbs}."
                : $"A verb{inGroup} is needed: {verbs}.");
            screen.WriteRemedy($"Run '{Help(result.CommandResult)}' for what they do.");
            return ExitCode.Usage;
        }

        foreach (var error in result.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))
            screen.WriteError(error);
        screen.WriteRemedy($"Run '{Help(result.CommandResult)}' for how it is used.");
        return ExitCode.Usage;
    }

    /// <summary>The command line that explains a verb: <c>irconstyle data check --help</c>.</summary>
    private static string Help(CommandResult result)
    {
        var verbs = new Stack<string>(["--help"]);
        for (var at = result; at.Command is not RootCommand; at = (CommandResult)at.Parent!)
            verbs.Push(at.Command.Name);
        return $"irconstyle {string.Join(' ', verbs)}";
    }
}

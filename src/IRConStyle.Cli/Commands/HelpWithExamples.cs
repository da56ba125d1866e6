using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace IRConStyle.Cli.Commands;

/// <summary>The usual help text, and command lines to copy.</summary>
/// <param name="examples">Command lines without the program's name.</param>
internal sealed class HelpWithExamples(IEnumerable<string> examples) : SynchronousCommandLineAction
{
    private readonly HelpAction _help = new();

    public override bool ClearsParseErrors => _help.ClearsParseErrors;

    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = _help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        string[] lines = [.. examples];
        output.WriteLine(lines.Length == 1 ? "Example:" : "Examples:");
        foreach (var example in lines)
            output.WriteLine($"  irconstyle {example}");
        return exitCode;
    }
}

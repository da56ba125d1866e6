using System.CommandLine;
using IRConStyle.Cli.Hosting;

namespace IRConStyle.Cli.Commands;

/// <summary>Options that every verb has.</summary>
internal static class GlobalOptions
{
    private static readonly Option<string[]> Plugins = new("--plugins")
    {
        Description = "A directory whose sub-folders are plugins, or one plugin's build output, beside the configured ones; may be repeated.",
        HelpName = "DIR",
        Arity = ArgumentArity.OneOrMore,
        Recursive = true,
    };

    private static readonly Option<string[]> Set = KeyValueOption.Create(
        "--set",
        "Sets a configuration key below IRConStyle, for example Pipelines:denoise:Backbone:Options:Dim=32; "
            + "may be repeated, and wins over environment and appsettings.json.",
        recursive: true);

    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Show debug messages, and stack traces of errors.",
        Recursive = true,
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Option> All { get; } = [Plugins, Set, Verbose];

    /// <summary>Whether stack traces are wanted.</summary>
    public static bool IsVerbose(ParseResult result) => result.GetValue(Verbose);

    /// <summary>What they decide about the host.</summary>
    public static HostSettings Read(ParseResult result) => new(
        result.GetValue(Plugins) ?? [],
        KeyValueOption.Read(result, Set),
        IsVerbose(result));
}

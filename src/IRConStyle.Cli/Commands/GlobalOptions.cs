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

    private static readonly Option<string[]> Set = CreateSet();

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
        [.. (result.GetValue(Set) ?? []).Select(Split)],
        IsVerbose(result));

    private static Option<string[]> CreateSet()
    {
        var option = new Option<string[]>("--set")
        {
            Description = "Sets a configuration key below IRConStyle, for example Pipelines:denoise:Backbone:Options:Dim=32; "
                + "may be repeated, and wins over environment and appsettings.json.",
            HelpName = "KEY=VALUE",
            Arity = ArgumentArity.OneOrMore,
            Recursive = true,
        };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
                result.AddError($"--set {token.Value}: KEY=VALUE is expected.");
        });
        return option;
    }

    private static KeyValuePair<string, string?> Split(string setting)
    {
        var at = setting.IndexOf('=', StringComparison.Ordinal);
        return KeyValuePair.Create(setting[..at].Trim(), (string?)setting[(at + 1)..]);
    }
}

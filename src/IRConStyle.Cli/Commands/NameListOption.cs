using System.CommandLine;

namespace IRConStyle.Cli.Commands;

/// <summary>Options that take names with commas between them.</summary>
internal static class NameListOption
{
    /// <summary>Makes one; null when it is not given.</summary>
    /// <param name="name">The option.</param>
    /// <param name="description">What it is for.</param>
    public static Option<string[]> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "NAME,…",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
    };
}

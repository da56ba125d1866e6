using System.CommandLine;

namespace IRConStyle.Cli.Commands;

/// <summary>Options that take <c>KEY=VALUE</c> and may be repeated.</summary>
internal static class KeyValueOption
{
    /// <summary>Makes the option.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it sets.</param>
    /// <param name="recursive">Whether verbs below have it too.</param>
    public static Option<string[]> Create(string name, string description, bool recursive = false)
    {
        var option = new Option<string[]>(name)
        {
            Description = description, HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false, Recursive = recursive,
        };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=') <= 0))
                result.AddError($"{name} {token.Value}: KEY=VALUE is expected.");
        });
        return option;
    }

    /// <summary>What was given, in order.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="option">What <see cref="Create"/> made.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(ParseResult result, Option<string[]> option)
        => [.. (result.GetValue(option) ?? []).Select(setting => setting.Split('=', 2)).Select(parts => KeyValuePair.Create(parts[0].Trim(), parts[1]))];
}

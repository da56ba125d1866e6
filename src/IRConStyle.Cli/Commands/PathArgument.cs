using System.CommandLine;

namespace IRConStyle.Cli.Commands;

/// <summary>Makes arguments that are files and folders.</summary>
internal static class PathArgument
{
    /// <summary>One path. A misspelt option is no path: it is refused.</summary>
    /// <param name="name">What help texts call it.</param>
    /// <param name="description">What it is for.</param>
    public static Argument<string> One(string name, string description)
        => Checked(new Argument<string>(name) { Description = description, Arity = ArgumentArity.ExactlyOne });

    /// <summary>One path or none. A misspelt option is no path: it is refused.</summary>
    /// <param name="name">What help texts call it.</param>
    /// <param name="description">What it is for.</param>
    public static Argument<string?> Optional(string name, string description)
        => Checked(new Argument<string?>(name) { Description = description, Arity = ArgumentArity.ZeroOrOne });

    /// <summary>One or more paths. A misspelt option is no path: it is refused.</summary>
    /// <param name="name">What help texts call it.</param>
    /// <param name="description">What it is for.</param>
    public static Argument<string[]> OneOrMore(string name, string description)
        => Checked(new Argument<string[]>(name) { Description = description, Arity = ArgumentArity.OneOrMore });

    /// <summary>Any number of paths, also none. A misspelt option is no path: it is refused.</summary>
    /// <param name="name">What help texts call it.</param>
    /// <param name="description">What it is for.</param>
    public static Argument<string[]> Any(string name, string description)
        => Checked(new Argument<string[]>(name) { Description = description, Arity = ArgumentArity.ZeroOrMore });

    private static T Checked<T>(T argument)
        where T : Argument
    {
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-')))
                result.AddError($"Unrecognized option '{token.Value}' (write -- before it, or ./{token.Value}, for a file of that name).");
        });
        return argument;
    }
}

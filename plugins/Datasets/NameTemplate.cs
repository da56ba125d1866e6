using System.Text;
using System.Text.RegularExpressions;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>
/// A pattern for paths without extension. <c>{name}</c> stands for at least one character without '/', <c>{*name}</c> for at
/// least one of any; the shortest match counts, the first placeholder first. A name met again stands for the same text.
/// Everything else is literal and case counts.
/// </summary>
internal sealed partial class NameTemplate
{
    /// <summary>The template that every path matches.</summary>
    public const string Everything = "{*path}";

    // Templates with many placeholders can take long to fail on a hostile name.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Regex _pattern;

    private NameTemplate(string text, string option, IReadOnlyList<string> placeholders, int literalLength, string pattern)
    {
        (Text, Option, Placeholders, LiteralLength) = (text, option, placeholders, literalLength);
        _pattern = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Patience);
    }

    /// <summary>The template as it was written.</summary>
    public string Text { get; }

    /// <summary>The option it was given by, for messages.</summary>
    public string Option { get; }

    /// <summary>The placeholders' names in order, each once.</summary>
    public IReadOnlyList<string> Placeholders { get; }

    /// <summary>How many characters are literal: of two templates that match, the one with more says more.</summary>
    public int LiteralLength { get; }

    /// <summary>Reads a template.</summary>
    /// <exception cref="IRConStyleException">It is empty or malformed, or two placeholders follow each other.</exception>
    public static NameTemplate Parse(string text, string option)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw Wrong(text, option, "is empty");
        if (text.Contains('\\', StringComparison.Ordinal))
            throw Wrong(text, option, @"holds a '\', but '/' stands between folders");
        var (names, literal, pattern, end) = (new List<string>(), 0, new StringBuilder(@"\A"), 0);
        foreach (Match match in Placeholder().Matches(text))
        {
            if (match.Index == end && end > 0)
                throw Wrong(text, option, $"has nothing between {match.Value} and the placeholder before it, so where one ends is not said");
            AddLiteral(text[end..match.Index]);
            end = match.Index + match.Length;
            var name = match.Groups["name"].Value;
            if (names.Contains(name))
                pattern.Append($@"\k<{name}>");
            else
            {
                names.Add(name);
                pattern.Append($"(?<{name}>{(match.Groups["any"].Length > 0 ? "(?s:.)" : "[^/]")}+?)");
            }
        }

        AddLiteral(text[end..]);
        return new NameTemplate(text, option, names, literal, pattern.Append(@"\z").ToString());

        void AddLiteral(string part)
        {
            if (part.AsSpan().IndexOfAny('{', '}') >= 0)
                throw Wrong(text, option, $"has a brace in '{part}' that belongs to no placeholder");
            literal += part.Length;
            pattern.Append(Regex.Escape(part));
        }
    }

    /// <summary>What some placeholders stand for in a file's name.</summary>
    /// <param name="name">The path below the folder, with extension.</param>
    /// <param name="placeholders">Some of <see cref="Placeholders"/>.</param>
    /// <returns>The values as one text that other values do not make; null when the name does not match.</returns>
    /// <exception cref="IRConStyleException">The template is too ambiguous to tell.</exception>
    public string? KeyOf(string name, IReadOnlyList<string> placeholders)
    {
        try
        {
            var match = _pattern.Match(Stem(name));
            return match.Success ? string.Join('\0', placeholders.Select(placeholder => match.Groups[placeholder].Value)) : null;
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new IRConStyleException(
                $"The dataset's option {Option} ({Text}) takes too long to compare with {name}.", "Use fewer placeholders.", exception);
        }
    }

    /// <summary>A path without extension.</summary>
    public static string Stem(string name) => name[..^Path.GetExtension(name).Length];

    private static IRConStyleException Wrong(string text, string option, string problem) => new(
        $"The dataset's option {option} ('{text}') {problem}.",
        "Write the path below the folder without extension, with placeholders such as {id} for a part of a name and {*path} for one through folders.");

    [GeneratedRegex(@"\{(?<any>\*)?(?<name>[A-Za-z][A-Za-z0-9_]*)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();
}

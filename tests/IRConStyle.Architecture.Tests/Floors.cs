using System.Text.RegularExpressions;

namespace IRConStyle.Architecture.Tests;

/// <summary>The order of floors as docs/architecture.md has it: a room knows only rooms on floors below its own.</summary>
internal static partial class Floors
{
    /// <summary>The page that says so.</summary>
    public static readonly string Page = Path.Combine(SharedData.Root, "docs", "architecture.md");

    /// <summary>Each room's floor, by project and room.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Read()
    {
        var floors = new Dictionary<string, IReadOnlyDictionary<string, int>>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(File.ReadAllText(Page).ReplaceLineEndings("\n")))
            floors.Add(heading.Groups["project"].Value, Row().Matches(heading.Groups["table"].Value)
                .ToDictionary(row => row.Groups["room"].Value, row => int.Parse(row.Groups["floor"].Value, System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal));
        return floors;
    }

    [GeneratedRegex(@"^### Rooms of `(?<project>[\w.]+)`\n(?<table>(.|\n)*?)(?=^##|\z)", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\| (?<floor>\d+) \| `(?<room>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}

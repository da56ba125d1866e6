using System.Text.RegularExpressions;

namespace IRConStyle.Documentation.Tests;

/// <summary>Links between pages and into the source lead somewhere.</summary>
public partial class LinkTests
{
    public static TheoryData<string> Pages => [.. Directory
        .EnumerateFiles(SharedData.Root, "*.md", new EnumerationOptions { RecurseSubdirectories = true })
        .Select(page => Path.GetRelativePath(SharedData.Root, page).Replace('\\', '/'))
        .Where(page => !page.Split('/').Any(part => part is "bin" or "obj" or "runs"))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_within_the_repository_leads_to_a_file(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(SharedData.Root, page))!;

        var broken = Link().Matches(File.ReadAllText(Path.Combine(SharedData.Root, page)))
            .Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'))
            .Where(target => !Path.Exists(Path.Combine(folder, target.Split('#')[0])))
            .ToList();

        broken.ShouldBeEmpty();
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}

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

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_to_a_heading_leads_to_one(string page)
    {
        var path = Path.Combine(SharedData.Root, page);

        var broken = Link().Matches(File.ReadAllText(path))
            .Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && target.Contains('#', StringComparison.Ordinal))
            .Where(target =>
            {
                var (file, heading) = (target.Split('#')[0], target.Split('#')[1]);
                var to = file.Length == 0 ? path : Path.Combine(Path.GetDirectoryName(path)!, file);
                return Path.GetExtension(to) == ".md" && !Headings(to).Contains(heading);
            })
            .ToList();

        broken.ShouldBeEmpty();
    }

    /// <summary>Headings as links name them: lower case, blanks as hyphens, without other signs.</summary>
    private static IEnumerable<string> Headings(string page) => File.ReadLines(page)
        .Where(line => line.StartsWith('#'))
        .Select(line => string.Concat(line.TrimStart('#').Trim().ToLowerInvariant()
            .Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_')
            .Select(letter => letter == ' ' ? '-' : letter)));

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}

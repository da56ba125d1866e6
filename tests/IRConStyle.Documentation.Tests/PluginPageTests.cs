using System.Text.RegularExpressions;

namespace IRConStyle.Documentation.Tests;

/// <summary>
/// docs/plugins.md walks through two samples, file by file; what it shows is their code, which is built and tested. The third-party
/// check builds the same files out of the page, against packages.
/// </summary>
public partial class PluginPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SharedData.Root, "docs", "plugins.md")).ReplaceLineEndings("\n");

    [Theory]
    [InlineData("DropInBackbone/DropInPlugin.cs", "DropInBackbone/DropInPlugin.cs")]
    [InlineData("EveryKind/EveryKind.cs", "EveryKindPlugin/EveryKind.cs")]
    public void The_plugin_page_shows_the_samples_as_they_are(string shown, string sample)
    {
        var blocks = Block().Matches(Page).Where(block => block.Groups["file"].Value == shown).ToList();

        blocks.Count.ShouldBeGreaterThan(2);
        Plain(string.Join('\n', blocks.Select(block => block.Groups["code"].Value)))
            .ShouldBe(Plain(File.ReadAllText(Path.Combine(SharedData.Root, "samples", sample))));
    }

    [Fact]
    public void Its_projects_name_the_versions_of_this_repository()
    {
        var versions = Version().Matches(File.ReadAllText(Path.Combine(SharedData.Root, "Directory.Packages.props")))
            .ToDictionary(version => version.Groups["package"].Value, version => version.Groups["version"].Value, StringComparer.Ordinal);
        versions["$(LibTorchVersion)"] = Property("Directory.Packages.props", "LibTorchVersion");
        var own = Property("Directory.Build.props", "Version");

        var references = Reference().Matches(Page);

        references.Count.ShouldBeGreaterThan(4);
        foreach (Match reference in references)
        {
            var (package, version) = (reference.Groups["package"].Value, reference.Groups["version"].Value);
            var expected = package.StartsWith("IRConStyle.", StringComparison.Ordinal) ? own : versions[package];
            version.ShouldBe(versions.GetValueOrDefault(expected, expected), package);
        }
    }

    private static string Property(string file, string name)
        => Regex.Match(File.ReadAllText(Path.Combine(SharedData.Root, file)), $"<{name}>(.*?)</{name}>").Groups[1].Value;

    /// <summary>Without documentation comments, on which the page spends sentences, and in one line.</summary>
    private static string Plain(string code) => Whitespace().Replace(DocumentationComment().Replace(code, ""), " ").Trim();

    [GeneratedRegex("^```(csharp|xml) (?<file>\\S+)\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex("^ *///.*$", RegexOptions.Multiline)]
    private static partial Regex DocumentationComment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();

    [GeneratedRegex("PackageReference Include=\"(?<package>[^\"]+)\" Version=\"(?<version>[^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("PackageVersion Include=\"(?<package>[^\"]+)\" Version=\"(?<version>[^\"]+)\"")]
    private static partial Regex Version();
}

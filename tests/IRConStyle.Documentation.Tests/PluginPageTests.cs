using System.Text.RegularExpressions;

namespace IRConStyle.Documentation.Tests;

/// <summary>docs/plugins.md walks through the sample; what it shows is the sample's code, which is built and tested.</summary>
public partial class PluginPageTests
{
    [Fact]
    public void The_plugin_page_shows_the_sample_as_it_is()
    {
        var page = File.ReadAllText(Path.Combine(SharedData.Root, "docs", "plugins.md"));
        var walkThrough = page[..page.IndexOf("## What can be registered", StringComparison.Ordinal)];
        var sample = Path.Combine(SharedData.Root, "samples", "DropInBackbone");
        var source = Plain(string.Concat(Directory.GetFiles(sample, "*.cs*").Select(File.ReadAllText)));

        var blocks = Block().Matches(walkThrough).Select(match => Plain(match.Groups["code"].Value)).ToList();

        blocks.Count.ShouldBeGreaterThan(3);
        blocks.ShouldAllBe(block => source.Contains(block, StringComparison.Ordinal));
    }

    /// <summary>Without documentation comments, on which the page spends sentences, and in one line.</summary>
    private static string Plain(string code) => Whitespace().Replace(DocumentationComment().Replace(code, ""), " ").Trim();

    [GeneratedRegex("```(csharp|xml)\r?\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex("^ *///.*$", RegexOptions.Multiline)]
    private static partial Regex DocumentationComment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}

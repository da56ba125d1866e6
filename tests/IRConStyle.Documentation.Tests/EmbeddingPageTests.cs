using System.Text.RegularExpressions;

namespace IRConStyle.Documentation.Tests;

/// <summary>docs/embedding.md shows the programs of a sample, which are built with the solution.</summary>
public partial class EmbeddingPageTests
{
    [Theory]
    [InlineData("Console/Program.cs")]
    [InlineData("Worker/Program.cs")]
    [InlineData("Worker/Inbox.cs")]
    [InlineData("Web/Program.cs")]
    [InlineData("appsettings.json")]
    public void The_embedding_page_shows_the_samples_as_they_are(string file)
    {
        var page = File.ReadAllText(Path.Combine(SharedData.Root, "docs", "embedding.md")).ReplaceLineEndings("\n");
        var sample = File.ReadAllText(Path.Combine(SharedData.Root, "samples", "EmbeddedRestorer", file)).ReplaceLineEndings("\n");

        Block().Matches(page).Single(block => block.Groups["file"].Value == file).Groups["code"].Value.ShouldBe(sample);
    }

    [GeneratedRegex("^```[a-z]+ (?<file>\\S+)\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}

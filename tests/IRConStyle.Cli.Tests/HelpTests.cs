using Snapshooter.Xunit;

namespace IRConStyle.Cli.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("restore")]
    [InlineData("evaluate")]
    [InlineData("benchmark")]
    [InlineData("compare")]
    [InlineData("train")]
    [InlineData("degrade")]
    [InlineData("curves")]
    [InlineData("data")]
    [InlineData("data check")]
    [InlineData("data show")]
    [InlineData("pipelines")]
    [InlineData("plugins")]
    [InlineData("plugins test")]
    [InlineData("inspect")]
    [InlineData("parity")]
    [InlineData("convert")]
    public void Every_verb_explains_itself(string verb)
    {
        var result = Program.Run([.. verb.Split(' '), "--help"]);

        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldBeEmpty();
        Snapshot.Match(result.Output.ReplaceLineEndings("\n"), $"Help_{verb.Replace(' ', '_')}");
    }

    [Fact]
    public void The_program_explains_itself()
    {
        var result = Program.Run("--help");

        result.ExitCode.ShouldBe(0, result.Error);
        Snapshot.Match(result.Output.ReplaceLineEndings("\n"), "Help");
    }

    [Fact]
    public void The_version_is_one_line()
    {
        var result = Program.Run("--version");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines.ShouldHaveSingleItem().ShouldMatch(@"^\d+\.\d+\.\d+");
    }
}

using Snapshooter.Xunit;

namespace IRConStyle.Cli.Tests;

/// <summary>Parameters and multiply-accumulates of the shipped pipelines, part by part.</summary>
public sealed class ParameterTableTests
{
    [Theory]
    [InlineData("denoise")]
    [InlineData("identity")]
    [InlineData("constyle-nafnet")]
    [InlineData("constyle-general")]
    [InlineData("general")]
    [InlineData("nafnet")]
    [InlineData("constyle-restormer")]
    [InlineData("restormer")]
    [InlineData("constyle-maxim")]
    [InlineData("maxim")]
    [InlineData("constyle-kbnet")]
    [InlineData("constyle-kbnet-v2")]
    [InlineData("kbnet")]
    [InlineData("constyle-uformer")]
    [InlineData("uformer")]
    [InlineData("irconstyle-nafnet")]
    public void The_table_is_as_it_was(string pipeline)
    {
        var result = Program.Run("inspect", "--pipeline", pipeline, "--size", "128x128");

        result.ExitCode.ShouldBe(0, result.Error);
        Snapshot.Match(result.Output.ReplaceLineEndings("\n"), $"Parameters_{pipeline}");
    }
}

namespace IRConStyle.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("")]
    [InlineData("restor photo.png")]
    [InlineData("restore")]
    [InlineData("restore photo.png --pipelin denoise")]
    [InlineData("restore photo.png --set Device")]
    [InlineData("train")]
    [InlineData("train --pipeline denoise --iterations many")]
    [InlineData("evaluate --noise 25")]
    [InlineData("evaluate --clean here")]
    [InlineData("evaluate --clean here --noise 25 --degraded there")]
    [InlineData("compare")]
    [InlineData("compare a.json")]
    [InlineData("compare a.json b.json --output picture.jpg")]
    [InlineData("compare a.json b.json --comon")]
    [InlineData("inspect --size 128")]
    [InlineData("inspect --size 0x128")]
    [InlineData("parity")]
    [InlineData("plugins tst")]
    [InlineData("plugins test here there")]
    [InlineData("data")]
    [InlineData("data chek")]
    [InlineData("data check")]
    [InlineData("data check --degraded here")]
    [InlineData("data check here --option DegradedName")]
    [InlineData("data check here --optio Recursive=false")]
    [InlineData("data show here --count 0")]
    [InlineData("data show here --patches many")]
    [InlineData("data show here --output sheet.txt")]
    [InlineData("convert only-one.pth")]
    [InlineData("convert --secton a.pth b.pth")]
    public void Wrong_usage_ends_with_2_and_points_to_the_help(string commandLine)
    {
        var result = Program.Run(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        result.ExitCode.ShouldBe(2, result.Error);
        result.Output.ShouldBeEmpty();
        result.Error.ShouldStartWith("error: ");
        result.Error.ShouldContain("--help");
        result.Error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("inspect --pipeline denois")]
    [InlineData("train --pipeline denois --data . --iterations 1")]
    [InlineData("evaluate --pipeline denois --clean . --noise 25")]
    public void An_unknown_pipeline_is_refused_with_the_known_ones(string commandLine)
    {
        var result = Program.Run(commandLine.Replace(" .", " " + SharedData.Root, StringComparison.Ordinal).Split(' '));

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldStartWith("error: ");
        result.Error.ShouldContain("denois");
        result.Error.ShouldContain("constyle-nafnet");
        result.Error.ShouldContain("identity");
        result.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public void A_missing_input_is_one_error_and_its_remedy()
    {
        var result = Program.Run("restore", "/nowhere/photo.png");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBeEmpty();
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2, result.Error);
        lines[0].ShouldBe("error: /nowhere/photo.png does not exist.");
    }

    [Fact]
    public void Stack_traces_are_shown_on_request()
    {
        var result = Program.Run("restore", "/nowhere/photo.png", "--verbose");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("error: /nowhere/photo.png does not exist.");
        result.Error.ShouldContain("   at IRConStyle.Framework.");
    }

    [Fact]
    public void A_device_that_is_not_there_is_an_error()
    {
        var result = Program.Run("evaluate", "--pipeline", "identity", "--clean", SharedData.Root, "--noise", "5", "--device", "gpu");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("gpu");
    }
}

namespace IRConStyle.Cli.Tests;

/// <summary>Checks of plugins from the command line.</summary>
public sealed class PluginTestTests
{
    private static string Fixture => Output("tests", "fixtures", "Good");

    private static string Sample => Output("samples", "DropInBackbone");

    [Fact]
    public void A_plugin_is_checked_with_all_encoders_of_the_program()
    {
        var result = Program.Run("plugins", "test", Sample);

        result.ExitCode.ShouldBe(0, result.Output + result.Error);
        var line = result.Lines.Single(line => line.StartsWith("DropInBackbone ", StringComparison.Ordinal));
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..3].ShouldBe(["IBackbone", "drop-in-unet"]);
        result.Lines[^1].ShouldMatch(@"^\d\d checks passed, 0 failed$");
        result.Lines.Length.ShouldBe(3, "other plugins of the program are not meant");
    }

    [Fact]
    public void What_a_component_does_not_keep_is_told_with_what_would_be_right()
    {
        var result = Program.Run("plugins", "test", Fixture);

        result.ExitCode.ShouldBe(1, result.Output + result.Error);
        result.Output.ShouldContain("is a scalar: the loss is 1, expected is a scalar. Return a scalar: the mean or sum over the batch.");
        result.Output.ShouldContain("has a finite gradient: the loss has no gradient.");
        result.Lines[^1].ShouldEndWith(" checks passed, 3 failed");
        result.Error.ShouldBeEmpty();
    }

    [Fact]
    public void A_plugin_that_does_not_load_fails_with_its_reason()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.File("Broken"));
        File.WriteAllText(directory.File("Broken", "Broken.dll"), "no assembly");

        var result = Program.Run("plugins", "test", directory.Path);

        result.ExitCode.ShouldBe(1);
        result.Lines.ShouldContain(line => line.StartsWith("Broken ", StringComparison.Ordinal) && line.Contains("loads: the file is damaged", StringComparison.Ordinal));
        result.Lines[^1].ShouldBe("0 checks passed, 1 failed");
    }

    [Theory]
    [InlineData("", "holds no plugin")]
    [InlineData("nowhere", "does not exist")]
    public void A_directory_without_plugins_is_an_error(string below, string message)
    {
        using var directory = new TemporaryDirectory();

        var result = Program.Run("plugins", "test", directory.File(below));

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBeEmpty();
        result.Error.ShouldStartWith("error: ");
        result.Error.ShouldContain(message);
    }

    private static string Output(params string[] project)
        => Path.Combine([SharedData.Root, .. project, "bin", .. Program.Directory.Split(Path.DirectorySeparatorChar)[^2..]]);
}

namespace IRConStyle.Cli.Tests;

public sealed class ListingTests
{
    [Fact]
    public void All_shipped_plugins_load()
    {
        var result = Program.Run("plugins");

        result.ExitCode.ShouldBe(0, result.Output);
        foreach (var plugin in new[] { "ConStyle", "ConStyleV2", "Datasets", "Degradations", "General", "KBNet", "Losses", "Maxim", "Metrics", "NAFNet", "Restormer", "Uformer" })
            result.Lines.ShouldContain(line => line.StartsWith(plugin + " ", StringComparison.Ordinal) && line.Contains(" loaded ", StringComparison.Ordinal));
        result.Lines[^1].ShouldEndWith("plugins loaded, 0 failed");
    }

    [Fact]
    public void A_plugin_that_fails_is_listed_with_its_reason()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.File("Broken"));
        File.WriteAllText(directory.File("Broken", "Broken.dll"), "no assembly");

        var result = Program.Run("plugins", "--plugins", directory.Path);

        result.ExitCode.ShouldBe(1);
        result.Lines.ShouldContain(line => line.StartsWith("Broken ", StringComparison.Ordinal)
            && line.Contains(" failed ", StringComparison.Ordinal) && line.Contains(directory.File("Broken"), StringComparison.Ordinal));
        result.Lines[^1].ShouldEndWith("loaded, 1 failed");
        result.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public void A_plugin_directory_that_is_missing_is_an_error()
    {
        var result = Program.Run("plugins", "--plugins", "/nowhere/plugins");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("/nowhere/plugins does not exist");
    }

    [Fact]
    public void Components_are_listed_by_contract()
    {
        var result = Program.Run("plugins", "--components");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines.ShouldContain(line => line.StartsWith("IBackbone ", StringComparison.Ordinal) && line.Contains(" constyle-nafnet ", StringComparison.Ordinal));
        result.Lines.ShouldContain(line => line.StartsWith("IMetric ", StringComparison.Ordinal) && line.Contains(" psnr-y ", StringComparison.Ordinal));
    }

    [Fact]
    public void Pipelines_are_listed_with_their_parts()
    {
        var result = Program.Run("pipelines");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines.ShouldContain(line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^denoise\s+constyle\s+paper\s+constyle-nafnet\s"));
        result.Lines.ShouldContain(line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^identity\s+–\s+–\s+identity\s+–\s"));
    }
}

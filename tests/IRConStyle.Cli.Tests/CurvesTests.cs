namespace IRConStyle.Cli.Tests;

public sealed class CurvesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Two_runs_are_drawn_into_one_picture()
    {
        var (first, second) = (Metrics("nafnet", 31.25), Metrics("constyle-nafnet", 31.75));
        var picture = _directory.File("comparison.png");

        var result = Program.Run("curves", first, second, "--output", picture);

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines.ShouldBe(
        [
            "nafnet  iteration 2,000  l1 0.02000  best at 1,000: psnr 31.2500",
            "constyle-nafnet  iteration 2,000  l1 0.02000  best at 1,000: psnr 31.7500",
            $"curves in {picture}",
        ]);
        result.Error.ShouldBeEmpty();
        File.ReadAllBytes(picture).AsSpan(0, 4).ToArray().ShouldBe([0x89, (byte)'P', (byte)'N', (byte)'G']);
    }

    [Fact]
    public void That_sums_of_different_losses_are_not_compared_is_said()
    {
        var result = Program.Run("curves", Metrics("a/run", 31.25), Metrics("b/run", 31.75, "psnr"), "--output", _directory.File("curves.png"));

        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldContain("not the sums");
        result.Lines[..2].Select(line => line.Split("  ")[0]).ShouldBe(["a/run", "b/run"]);
    }

    [Fact]
    public void A_folder_that_is_no_run_is_named()
    {
        var result = Program.Run("curves", _directory.Path);

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("metrics.jsonl");
        result.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public void The_picture_is_a_PNG_file()
    {
        var result = Program.Run("curves", Metrics("run", 30), "--output", _directory.File("curves.jpg"));

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(".png");
    }

    /// <summary>A run's folder as a training leaves it, and the beginning of a line that is still being written.</summary>
    private string Metrics(string name, double psnr, string loss = "l1")
    {
        Directory.CreateDirectory(_directory.File(name));
        File.WriteAllText(_directory.File(name, "metrics.jsonl"), FormattableString.Invariant($$$"""
            {"kind":"start","iteration":0,"pipeline":"{{{name}}}"}
            {"kind":"report","iteration":1000,"learningRate":0.001,"loss":0.04,"losses":{"{{{loss}}}":0.04}}
            {"kind":"validation","iteration":1000,"validation":{"psnr":{{{psnr}}}},"isBest":true}
            {"kind":"report","iteration":2000,"learningRate":0.0005,"loss":0.02,"losses":{"{{{loss}}}":0.02}}
            {"kind":"report","iteration":2020,"lea
            """));
        return _directory.File(name);
    }
}

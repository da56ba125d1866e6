using System.Text.Json;

namespace IRConStyle.Cli.Tests;

public sealed class BenchmarkTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_found_is_measured_and_the_rest_is_described()
    {
        Pictures.Write(_directory.File("sets", "CBSD68", "a.png"), 64, 48, seed: 1);
        Pictures.Write(_directory.File("sets", "CBSD68", "b.png"), 48, 64, seed: 2);
        foreach (var side in new[] { "input", "target" })
            Pictures.Write(_directory.File("sets", "Rain100L_1", side, "1.png"), 64, 48);

        var result = Program.Run(
            "benchmark", "--root", _directory.File("sets"), "--pipeline", "identity", "--only", "cbsd68-2*,derain", "--output", _directory.File("out"));

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines[0].ShouldMatch(@"^set\s+images\s+psnr \(dB\)\s+ssim\s+psnr-y \(dB\)\s+ssim-y\s+decided by\s+input\s+gain\s+s/image\s+peak MiB\s+protocol$");
        result.Lines[1].ShouldMatch(@"^cbsd68-25\s+2 of 68\s+\d+\.\d\d ± \d\.\d\d\s.*\spsnr\s+\d+\.\d\d\s+\+0\.00\s+\d\.\d{3}\s+[\d,]+\s+1$");
        result.Lines[2].ShouldMatch(@"^rain100l\s+1 of 100\s+inf ± 0\.00\s+1\.0000 ± 0\.0000\s.*\spsnr-y\s+inf\s+–\s");
        result.Output.ShouldContain("protocol 1: Clean images degraded by gaussian-noise (Sigma=25), seed 0 for every image");
        result.Output.ShouldContain("missing rain100h: its folder would be Rain100H or test/Rain100H or Rain100H_*, with input and target");
        Directory.GetFiles(_directory.File("out")).Select(Path.GetFileName)
            .ShouldBe(["cbsd68-25.png", "rain100l.png", "report.csv", "report.json", "report.md"], ignoreOrder: true);
        using var json = JsonDocument.Parse(File.ReadAllBytes(_directory.File("out", "report.json")));
        json.RootElement.GetProperty("sets").GetArrayLength().ShouldBe(2);
        json.RootElement.GetProperty("sets")[0].GetProperty("protocol").GetString().ShouldNotBeNull().ShouldStartWith("2 of 68 images: a subset.");
    }

    [Fact]
    public void One_set_that_fails_does_not_stop_the_rest_and_shows_in_the_exit_code()
    {
        Pictures.Write(_directory.File("sets", "Rain100H", "input", "1.png"));
        Pictures.Write(_directory.File("sets", "Rain100H", "target", "2.png"));
        foreach (var side in new[] { "rain", "norain" })
            Pictures.Write(_directory.File("sets", "rain100l", side, "1.png"));

        var result = Program.Run("benchmark", "--root", _directory.File("sets"), "--pipeline", "identity", "--output", _directory.File("out"));

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("rain100h: ");
        result.Error.ShouldContain("1.png");
        result.Lines[1].ShouldStartWith("rain100l");
        File.ReadAllText(_directory.File("out", "report.md")).ShouldContain("## Failed");
    }

    [Theory]
    [InlineData("gopro", "GOPRO_Large/test/S1/blur/1.png", "GOPRO_Large/test/S1/sharp/1.png")]
    [InlineData("gopro", "GoPro/test/input/S1-1.png", "GoPro/test/target/S1-1.png")]
    [InlineData("hide", "HIDE_dataset/test/long-shot/1.png", "HIDE_dataset/GT/1.png", "HIDE_dataset/GT/2.png")]
    [InlineData("realblur-j", "RealBlur/RealBlur-J_ECC_IMCORR_centroid_itensity_ref/scene001/blur/blur_1.png", "RealBlur/RealBlur-J_ECC_IMCORR_centroid_itensity_ref/scene001/gt/gt_1.png")]
    [InlineData("rain100l", "Rain100L/rain/X2/norain-1x2.png", "Rain100L/norain/norain-1.png")]
    [InlineData("rain100h", "Rain100H/rainy/rain-001.png", "Rain100H/norain-001.png")]
    [InlineData("rain100h", "test/Rain100H/rain-001.png", "test/Rain100H/norain-001.png")]
    [InlineData("sots-outdoor", "SOTS/outdoor/hazy/0001_0.8_0.2.png", "SOTS/outdoor/gt/0001.png")]
    [InlineData("sots-indoor", "RESIDE/SOTS/indoor/hazy/1400_3.png", "RESIDE/SOTS/indoor/clear/1400.png")]
    public void Sets_are_paired_as_their_authors_lay_them_out(string name, params string[] files)
    {
        for (var i = 0; i < files.Length; i++)
            Pictures.Write(_directory.File(["sets", .. files[i].Split('/')]), seed: i + 1);
        if (name == "realblur-j")
            File.WriteAllText(
                _directory.File("sets", "RealBlur", "RealBlur_J_test_list.txt"),
                string.Join(' ', files.Reverse().Select(file => file["RealBlur/".Length..])) + "\n");

        var result = Program.Run(
            "benchmark", "--root", _directory.File("sets"), "--pipeline", "identity", "--only", name, "--output", _directory.File("out"));

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines[1].ShouldMatch($@"^{name}\s+1 of [\d,]+\s+\d+\.\d\d ± 0\.00\s");
    }

    [Fact]
    public void The_list_shows_what_is_found_and_how_folders_must_look()
    {
        Pictures.Write(_directory.File("Set12", "01.png"));

        var result = Program.Run("benchmark", "--root", _directory.Path, "--list");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines.ShouldContain(line => line.StartsWith("set12-25", StringComparison.Ordinal) && line.EndsWith("Set12", StringComparison.Ordinal));
        result.Lines.ShouldContain(line => line.StartsWith("hide", StringComparison.Ordinal) && line.Contains("2,025", StringComparison.Ordinal)
            && line.Contains("HIDE_dataset or test/HIDE", StringComparison.Ordinal));
        Program.Run("benchmark", "--list").Lines.Length.ShouldBe(result.Lines.Length);
    }

    [Fact]
    public void Wrong_calls_are_refused()
    {
        var root = Program.Run("benchmark", "--pipeline", "identity");
        root.ExitCode.ShouldBe(2);
        root.Error.ShouldContain("--root DIR is needed");

        var name = Program.Run("benchmark", "--root", _directory.Path, "--pipeline", "identity", "--only", "cbsd86-25");
        name.ExitCode.ShouldBe(1);
        name.Error.ShouldContain("did you mean 'cbsd68-25'");

        var nothing = Program.Run("benchmark", "--root", _directory.Path, "--pipeline", "identity");
        nothing.ExitCode.ShouldBe(1);
        nothing.Error.ShouldContain("None of 24 benchmarks lies below");
    }
}

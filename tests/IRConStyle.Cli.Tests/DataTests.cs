using System.Text.Json;

namespace IRConStyle.Cli.Tests;

public sealed class DataTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Sound_folders_are_counted_and_measured()
    {
        Pictures.Write(_directory.File("photos", "a.png"), 40, 32);
        Pictures.Write(_directory.File("photos", "b.png"), 64, 48);
        Pictures.Write(_directory.File("rain", "Input", "a.jpg"));
        Pictures.Write(_directory.File("rain", "Target", "a.png"));

        var result = Program.Run("data", "check", _directory.File("photos"), _directory.File("rain"), "--json", _directory.File("check.json"));

        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldBeEmpty();
        Words(result.Lines[1]).ShouldBe([_directory.File("photos"), "2", "images", "0", "0", "40×32", "40×32", "64×48", "0.00"]);
        Words(result.Lines[2]).ShouldBe([_directory.File("rain"), "1", "pair", "0", "0", "40×32", "40×32", "40×32", "0.00"]);
        result.Output.ShouldContain("1 of 64×48, 1 of 40×32");
        using var json = JsonDocument.Parse(File.ReadAllText(_directory.File("check.json")));
        json.RootElement.GetProperty("sets")[1].GetProperty("kind").GetString().ShouldBe("Pairs");
    }

    [Fact]
    public void What_is_wrong_is_named_and_stops_nothing()
    {
        Pictures.Write(_directory.File("set", "input", "a.png"), 40, 32, seed: 1);
        Pictures.Write(_directory.File("set", "target", "a.png"), 40, 32, seed: 2);
        Pictures.Write(_directory.File("set", "input", "size.png"), 40, 32);
        Pictures.Write(_directory.File("set", "target", "size.png"), 32, 40);
        Pictures.Write(_directory.File("set", "input", "alone.png"));
        Pictures.Write(_directory.File("set", "input", "same.png"));
        Pictures.Write(_directory.File("set", "target", "same.png"));
        foreach (var name in Pictures.WriteBad(_directory.File("set", "input")))
            Pictures.Write(Path.ChangeExtension(_directory.File("set", "target", name), ".png"));
        Directory.CreateDirectory(_directory.File("empty"));
        Pictures.Write(_directory.File("good", "a.png"));

        var result = Program.Run("data", "check", _directory.File("empty"), _directory.File("missing"), _directory.File("set"), _directory.File("good"));

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain($"{_directory.File("empty")} (option Root) holds no image");
        result.Error.ShouldContain($"{_directory.File("missing")} is not a folder.");
        result.Error.ShouldContain(_directory.File("set", "input", "size.png") + " is 40×32 pixels, its clean image");
        result.Error.ShouldContain(_directory.File("set", "input", "alone.png") + " has no clean partner");
        foreach (var name in new[] { "bad_absurd.png", "bad_empty.png", "bad_header.png", "bad_noise.jpg", "bad_text.png", "bad_truncated.png" })
            result.Error.ShouldContain(name);
        result.Error.ShouldNotContain("   at ");
        result.Output.ShouldContain("same.png is the same image as its clean one");
        Words(result.Lines.Single(line => line.StartsWith(_directory.File("good"), StringComparison.Ordinal) && line.Contains("image", StringComparison.Ordinal)))
            .ShouldContain("40×32");
    }

    [Fact]
    public void Scenes_of_a_real_layout_are_found_by_options()
    {
        foreach (var name in new[] { "s1/blur/1.png", "s1/blur_gamma/1.png", "s1/sharp/1.png", "s2/blur/1.png", "s2/sharp/1.png" })
            Pictures.Write(_directory.File("GoPro", name), seed: name.Length);

        var result = Program.Run(
            "data", "check", "--degraded", _directory.File("GoPro"), "--clean", _directory.File("GoPro"),
            "--option", "DegradedName={scene}/blur/{frame}", "--option", "CleanName={scene}/sharp/{frame}");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldContain("2 pairs");
        result.Output.ShouldContain("passed over 1 file");
    }

    [Fact]
    public void A_pipelines_data_are_checked_against_its_patch()
    {
        Pictures.Write(_directory.File("photos", "a.png"), 40, 32);
        string[] settings =
        [
            "--set", "Pipelines:denoise:Training:Data:Name=clean-folder", "--set", $"Pipelines:denoise:Training:Data:Options:Root={_directory.File("photos")}",
        ];

        var result = Program.Run(["data", "check", "--pipeline", "denoise", .. settings]);

        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldContain("a.png is 40×32 pixels, smaller than the pipeline's patch of 64×64: what is missing is its reflection");
        Program.Run(["data", "check", "--pipeline", "denoise", .. settings, "--set", "Pipelines:denoise:Training:PatchSize=32"])
            .Output.ShouldNotContain("smaller");

        var without = Program.Run("data", "check", "--pipeline", "identity");
        without.ExitCode.ShouldBe(1);
        without.Error.ShouldContain("'identity' has no data");
    }

    [Fact]
    public void A_sheet_shows_images_pairs_and_patches()
    {
        for (var i = 0; i < 5; i++)
            Pictures.Write(_directory.File("photos", $"{i}.png"), 60, 40, seed: i);
        var sheet = _directory.File("sheets", "sheet.png");

        var result = Program.Run("data", "show", _directory.File("photos"), "--count", "3", "--output", sheet);
        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines.ShouldBe([$"3 images in {sheet}"]);
        var plain = Pictures.Read(sheet);

        var noisy = Program.Run("data", "show", _directory.File("photos"), "--as", "gaussian-noise", "--patches", "32", "--seed", "3", "--output", sheet);
        noisy.ExitCode.ShouldBe(0, noisy.Error);
        noisy.Lines.ShouldBe([$"24 images in {sheet}"]);
        Pictures.Read(sheet).Height.ShouldBeGreaterThan(plain.Height);
    }

    [Theory]
    [InlineData("--as no-such-degradation", "no-such-degradation")]
    [InlineData("--option Recursiv=false", "Recursiv")]
    public void What_cannot_be_shown_is_one_clear_error(string options, string expected)
    {
        Pictures.Write(_directory.File("photos", "a.png"));

        var result = Program.Run(["data", "show", _directory.File("photos"), "--count", "1", "--output", _directory.File("sheet.png"), .. options.Split(' ')]);

        result.ExitCode.ShouldNotBe(0);
        result.Error.ShouldStartWith("error: ");
        result.Error.ShouldContain(expected);
        result.Error.ShouldNotContain("   at ");
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

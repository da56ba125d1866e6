using System.Text.Json;

namespace IRConStyle.Cli.Tests;

public sealed class DegradeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public DegradeTests()
    {
        Pictures.Write(_directory.File("photos", "a.png"), 64, 48, seed: 1);
        Pictures.Write(_directory.File("photos", "below", "b.png"), 48, 64, seed: 2);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Pairs_are_written_and_are_what_evaluate_degrades_in_memory()
    {
        Degrade("pairs", "--as", "haze", "--seed", "3").ExitCode.ShouldBe(0);
        foreach (var name in new[] { "a.png", "below/b.png" })
        {
            Pictures.Read(_directory.File("pairs", "clean", name)).Samples.ShouldBe(Pictures.Read(_directory.File("photos", name)).Samples);
            Pictures.Read(_directory.File("pairs", "degraded", name)).Samples.ShouldNotBe(Pictures.Read(_directory.File("photos", name)).Samples);
        }

        var written = Mean("--degraded", _directory.File("pairs", "degraded"));
        var inMemory = Mean("--as", "haze", "--seed", "3");
        inMemory.ShouldBe(written, 1e-9);
        Math.Abs(Mean("--as", "haze", "--seed", "4") - written).ShouldBeGreaterThan(1e-3);
    }

    [Fact]
    public void Images_get_draws_of_their_own_unless_all_are_to_have_the_same()
    {
        File.Copy(_directory.File("photos", "a.png"), _directory.File("photos", "again.png"));
        Degrade("own", "--as", "gaussian-noise").ExitCode.ShouldBe(0);
        Degrade("same", "--as", "gaussian-noise", "--same-seed").ExitCode.ShouldBe(0);
        byte[] Degraded(string folder, string name) => Pictures.Read(_directory.File(folder, "degraded", name)).Samples;
        Degraded("own", "again.png").ShouldNotBe(Degraded("own", "a.png"));
        Degraded("same", "again.png").ShouldBe(Degraded("same", "a.png"));
    }

    [Fact]
    public void A_folder_holds_pairs_of_one_kind()
    {
        Degrade("pairs", "--as", "rain-light", "--seed", "1").ExitCode.ShouldBe(0);
        Degrade("pairs", "--as", "rain-light", "--seed", "1").ExitCode.ShouldBe(0);
        var before = File.ReadAllBytes(_directory.File("pairs", "degraded", "a.png"));
        var result = Degrade("pairs", "--as", "rain-heavy", "--seed", "1");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("degradation.json");
        File.ReadAllBytes(_directory.File("pairs", "degraded", "a.png")).ShouldBe(before);
    }

    [Fact]
    public void What_is_of_someone_else_is_not_overwritten()
    {
        var original = Pictures.Write(_directory.File("pairs", "clean", "a.png"), seed: 9);
        var before = File.ReadAllBytes(original);
        var result = Degrade("pairs", "--as", "haze");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("a.png exists and would be overwritten");

        Directory.CreateSymbolicLink(_directory.File("again"), _directory.File("photos"));
        result = Program.Run("degrade", _directory.File("photos"), "-o", _directory.File("again", "pairs"), "--as", "haze");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("among the images they are made of");

        var photo = _directory.File("photos", "a.png");
        File.CreateSymbolicLink(_directory.File("picture.png"), photo);
        Program.Run("degrade", photo, "--gallery", _directory.File("picture.png"), "--as", "haze").Error.ShouldContain("is the input and would be overwritten");
        Program.Run("data", "show", _directory.File("photos"), "-o", photo).Error.ShouldContain("lies among the images");
        File.ReadAllBytes(original).ShouldBe(before);
    }

    [Fact]
    public void A_degradation_of_ones_own_is_named_and_noted_with_its_options()
    {
        Degrade(
            "pairs", "--as", "mine", "--set", "Degradations:mine:Name=haze", "--set", "Degradations:mine:Options:ScatteringMin=1.5").ExitCode.ShouldBe(0);
        using var note = JsonDocument.Parse(File.ReadAllBytes(_directory.File("pairs", "degradation.json")));
        var degradation = note.RootElement.GetProperty("degradation");
        degradation.GetProperty("name").GetString().ShouldBe("haze");
        degradation.GetProperty("options").GetProperty("ScatteringMin").GetDouble().ShouldBe(1.5);
    }

    [Fact]
    public void What_a_mixture_is_made_of_is_noted_too()
    {
        Degrade("pairs", "--as", "rain").ExitCode.ShouldBe(0);
        Degrade("pairs", "--as", "rain", "--set", "Degradations:rain:Options:Choices:0:Options:DensityMax=3").ExitCode.ShouldBe(1);
        using var note = JsonDocument.Parse(File.ReadAllBytes(_directory.File("pairs", "degradation.json")));
        var choices = note.RootElement.GetProperty("degradation").GetProperty("options").GetProperty("Choices");
        choices[0].GetProperty("name").GetString().ShouldBe("rain-light");
        choices[0].GetProperty("options").GetProperty("DensityMax").GetDouble().ShouldBe(4);
        choices[0].GetProperty("Weight").GetDouble().ShouldBe(1);
    }

    [Theory]
    [InlineData("photos", ".")]
    [InlineData("photos", "photos")]
    [InlineData("photos", "photos/pairs")]
    [InlineData("data/clean", "data")]
    [InlineData("data/degraded/x", "data")]
    public void Pairs_are_not_written_among_the_images_they_are_made_of(string input, string output)
    {
        var original = Pictures.Write(_directory.File([.. input.Split('/'), "original.png"]), 64, 48);
        var before = File.ReadAllBytes(original);
        var result = Program.Run(
            "degrade", _directory.File(input.Split('/')), "--output", _directory.File([.. (output == "." ? input : output).Split('/')]), "--as", "haze");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("apart from the input");
        File.ReadAllBytes(original).ShouldBe(before);
    }

    [Theory]
    [InlineData("gaussian-nois", "gaussian-noise")]
    [InlineData("haze", "ScatteringMin", "--set", "Degradations:mine:Name=haze", "--set", "Degradations:mine:Options:ScatteringMin=3")]
    public void What_is_wrong_with_a_degradation_is_said(string name, string expected, params string[] more)
    {
        var result = Degrade("pairs", ["--as", more.Length > 0 ? "mine" : name, .. more]);
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain(expected);
        Directory.Exists(_directory.File("pairs")).ShouldBeFalse();
    }

    [Fact]
    public void Two_images_that_would_become_one_file_are_refused()
    {
        Pictures.Write(_directory.File("photos", "a.jpg"), 64, 48);
        var result = Degrade("pairs", "--as", "haze");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("a.jpg");
        result.Error.ShouldContain("a.png");
    }

    [Fact]
    public void A_gallery_shows_all_degradations_or_those_named()
    {
        var result = Program.Run("degrade", _directory.File("photos", "a.png"), "--gallery", _directory.File("all.png"));
        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldMatch(@"^1\d degradations in ");
        Program.Run("degrade", _directory.File("photos", "a.png"), "--gallery", _directory.File("two.png"), "--as", "haze,rain-heavy").ExitCode.ShouldBe(0);
        var (all, two) = (Pictures.Read(_directory.File("all.png")), Pictures.Read(_directory.File("two.png")));
        all.Width.ShouldBe(two.Width);
        all.Height.ShouldBeGreaterThan(3 * two.Height);
    }

    [Theory]
    [InlineData("photos")]
    [InlineData("photos", "--output", "x")]
    [InlineData("photos", "--output", "x", "--as", "haze,jpeg")]
    [InlineData("photos", "--output", "x", "--gallery", "y.png", "--as", "haze")]
    [InlineData("photos", "--gallery", "y.png", "--same-seed")]
    public void Wrong_usage_is_told(params string[] arguments)
        => Program.Run(["degrade", .. arguments]).ExitCode.ShouldBe(2);

    private ProgramResult Degrade(string output, params string[] arguments)
        => Program.Run(["degrade", _directory.File("photos"), "--output", _directory.File(output), .. arguments]);

    private double Mean(params string[] source)
    {
        var result = Program.Run(
        [
            "evaluate", "--pipeline", "identity", "--clean", _directory.File("photos"), "--metrics", "psnr", "--json", _directory.File("report.json"), .. source,
        ]);
        result.ExitCode.ShouldBe(0, result.Error);
        using var report = JsonDocument.Parse(File.ReadAllBytes(_directory.File("report.json")));
        return report.RootElement.GetProperty("sets")[0].GetProperty("mean").GetProperty("psnr").GetDouble();
    }
}

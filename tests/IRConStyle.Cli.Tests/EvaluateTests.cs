using System.Text.Json;

namespace IRConStyle.Cli.Tests;

public sealed class EvaluateTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Noise_on_a_folder_is_measured_in_a_table_and_in_json()
    {
        Pictures.Write(_directory.File("clean", "a.png"), 64, 48, seed: 1);
        Pictures.Write(_directory.File("clean", "b.png"), 48, 64, seed: 2);

        var result = Program.Run(
            "evaluate", "--pipeline", "identity", "--clean", _directory.File("clean"), "--noise", "25",
            "--metrics", "psnr, ssim-y", "--json", _directory.File("figures.json"));

        result.ExitCode.ShouldBe(0, result.Error);
        using var json = JsonDocument.Parse(File.ReadAllBytes(_directory.File("figures.json")));
        json.RootElement.GetProperty("format").GetString().ShouldBe("irconstyle-measurement-1");
        json.RootElement.GetProperty("pipeline").GetString().ShouldBe("identity");
        var set = json.RootElement.GetProperty("sets").EnumerateArray().ShouldHaveSingleItem();
        set.GetProperty("name").GetString().ShouldBe("clean");
        set.GetProperty("protocol").GetString().ShouldNotBeNull().ShouldContain("gaussian-noise (Sigma=25)");
        var images = set.GetProperty("images").EnumerateArray().ToList();
        images.Count.ShouldBe(2);
        images.ShouldAllBe(image => Keys(image.GetProperty("values")).SequenceEqual(new[] { "psnr", "ssim-y" }));
        var mean = set.GetProperty("mean");
        Keys(mean).ShouldBe(["psnr", "ssim-y"]);
        var psnr = images.Average(image => image.GetProperty("values").GetProperty("psnr").GetDouble());
        mean.GetProperty("psnr").GetDouble().ShouldBe(psnr, 1e-9);

        // Noise of level 25 alone is 20.17 dB; clipping at black and white takes a little of it away.
        psnr.ShouldBeInRange(19.9, 20.9);
        result.Error.ShouldContain("psnr: peak signal-to-noise ratio over all channels", customMessage: "the protocol is told");
        result.Lines.Length.ShouldBe(4);
        result.Lines[0].ShouldMatch(@"^image\s+psnr\s+ssim-y$");
        result.Lines[3].ShouldMatch($@"^mean of 2 images\s+{psnr.ToString("F4", System.Globalization.CultureInfo.InvariantCulture)}\s+0\.\d{{4}}$");
    }

    [Fact]
    public void Equal_folders_have_infinite_psnr()
    {
        Pictures.Write(_directory.File("clean", "a.png"));
        Pictures.Write(_directory.File("same", "a.png"));

        var result = Program.Run(
            "evaluate", "--pipeline", "identity", "--clean", _directory.File("clean"), "--degraded", _directory.File("same"),
            "--json", _directory.File("figures.json"));

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines[^1].ShouldMatch(@"^mean of 1 image\s+inf\s+1\.0000$");
        using var json = JsonDocument.Parse(File.ReadAllBytes(_directory.File("figures.json")));
        json.RootElement.GetProperty("sets")[0].GetProperty("mean").GetProperty("psnr").GetString().ShouldBe("Infinity");
        json.RootElement.GetProperty("sets")[0].GetProperty("mean").GetProperty("ssim").GetDouble().ShouldBe(1, 1e-6);
    }

    [Fact]
    public void An_unknown_metric_is_refused_with_the_known_ones()
    {
        Pictures.Write(_directory.File("clean", "a.png"));

        var result = Program.Run(
            "evaluate", "--pipeline", "identity", "--clean", _directory.File("clean"), "--noise", "5", "--metrics", "psnr,beauty");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("beauty");
        result.Error.ShouldContain("ssim-y");
    }

    [Fact]
    public void Any_degradation_of_a_seed_can_be_measured()
    {
        Pictures.Write(_directory.File("clean", "a.png"));
        string[] Call(string seed)
        {
            var result = Program.Run(
                "evaluate", "--pipeline", "identity", "--clean", _directory.File("clean"), "--as", "grainy", "--seed", seed,
                "--set", "Degradations:grainy:Name=gaussian-noise", "--set", "Degradations:grainy:Options:Sigma=25");
            result.ExitCode.ShouldBe(0, result.Error);
            return result.Lines;
        }

        Call("1").ShouldBe(Call("1"));
        Call("1").ShouldNotBe(Call("2"));
        Program.Run("evaluate", "--clean", "x", "--noise", "5", "--seed", "2").ExitCode.ShouldBe(2);
        Program.Run("evaluate", "--clean", "x", "--noise", "5", "--as", "grainy").ExitCode.ShouldBe(2);
    }

    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];
}

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
        Keys(json.RootElement).ShouldBe(["pipeline", "images", "mean"]);
        json.RootElement.GetProperty("pipeline").GetString().ShouldBe("identity");
        var images = json.RootElement.GetProperty("images").EnumerateArray().ToList();
        images.Count.ShouldBe(2);
        images.ShouldAllBe(image => Keys(image).SequenceEqual(new[] { "name", "psnr", "ssim-y" }));
        var mean = json.RootElement.GetProperty("mean");
        Keys(mean).ShouldBe(["psnr", "ssim-y"]);
        var psnr = images.Average(image => image.GetProperty("psnr").GetDouble());
        mean.GetProperty("psnr").GetDouble().ShouldBe(psnr, 1e-9);

        // Noise of level 25 alone is 20.17 dB; clipping at black and white takes a little of it away.
        psnr.ShouldBeInRange(19.9, 20.9);
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
        json.RootElement.GetProperty("mean").GetProperty("psnr").GetString().ShouldBe("Infinity");
        json.RootElement.GetProperty("mean").GetProperty("ssim").GetDouble().ShouldBe(1, 1e-6);
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

    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];
}

using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Cli.Tests;

public sealed class CompareTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Two_measurements_become_a_table_a_page_a_file_and_a_picture()
    {
        var (markdown, json, picture) = (_directory.File("c.md"), _directory.File("c.json"), _directory.File("c.png"));

        // A place without libtorch: comparing needs no tensors.
        var result = Program.Run(
            new Dictionary<string, string> { ["IRCONSTYLE_LIBTORCH"] = _directory.Path },
            "compare", Measurement("nafnet", 30, 31, 32), Measurement("constyle", 30.5, 32, 31.75), "--markdown", markdown, "--json", json, "--output", picture, "--seed", "7");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines.Length.ShouldBe(2);
        result.Lines[0].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ShouldBe(
            ["set", "metric", "images", "nafnet", "constyle", "gain", "95 % interval", "p", "better/worse/equal", "effect"]);
        var row = result.Lines[1].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        row[..6].ShouldBe(["kodak", "psnr (dB)", "3", "31.0000", "31.4167", "+0.4167"]);
        row[7..9].ShouldBe(["0.5000", "2/1/0"]);
        result.Error.ShouldContain("sign-flip");
        File.ReadAllText(markdown).ShouldContain("| kodak | psnr (dB) | 3 |");
        JsonDocument.Parse(File.ReadAllText(json)).RootElement.GetProperty("baseline").GetString().ShouldBe("nafnet");
        File.ReadAllBytes(picture).AsSpan(0, 4).ToArray().ShouldBe([0x89, (byte)'P', (byte)'N', (byte)'G']);
    }

    [Fact]
    public void Each_of_several_is_compared_with_the_first_and_images_are_shown_on_request()
    {
        var result = Program.Run("compare", Measurement("a", 30, 31), Measurement("b", 31, 32), Measurement("c", 29, 30), "--per-image");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines.Count(line => line.StartsWith("kodak", StringComparison.Ordinal)).ShouldBe(2 * (2 + 1));
        result.Lines.ShouldContain(line => line.Contains("image1.png", StringComparison.Ordinal) && line.EndsWith("-1.0000", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_images_are_an_error_unless_the_common_ones_are_asked_for()
    {
        string[] files = [Measurement("a", 30, 31, 32), Measurement("b", 31, 32)];

        var refused = Program.Run(["compare", .. files]);
        refused.ExitCode.ShouldBe(1);
        refused.Output.ShouldBeEmpty();
        refused.Error.ShouldContain("kodak of a alone has 1 (image2.png)");
        refused.Error.ShouldContain("--common");

        var common = Program.Run(["compare", .. files, "--common"]);
        common.ExitCode.ShouldBe(0, common.Error);
        common.Output.ShouldContain("1 image left out");
    }

    [Fact]
    public void A_file_that_is_no_measurement_is_named()
    {
        var other = _directory.File("other.json");
        File.WriteAllText(other, "{\"pipeline\":\"x\"}");
        foreach (var (file, part) in new[] { (other, other), ("nowhere.json", "nowhere.json") })
        {
            var result = Program.Run("compare", Measurement("a", 30), file);
            result.ExitCode.ShouldBe(1);
            result.Error.ShouldStartWith("error: ");
            result.Error.ShouldContain(part);
            result.Error.ShouldNotContain("   at ");
        }
    }

    private string Measurement(string pipeline, params double[] values)
    {
        var path = _directory.File($"{pipeline}.json");
        new MeasurementReport(pipeline,
        [
            new MeasuredSet(
                "kodak",
                [new MeasuredMetric("psnr", "dB", MetricDirection.HigherIsBetter)],
                [.. values.Select((value, i) => new MeasuredImage($"image{i}.png", 48, 32, 0.1, Psnr(value), Psnr(20)))])
            {
                Mean = Psnr(values.Average()), Deviation = Psnr(1), Input = Psnr(20),
            },
        ]).WriteJson(path);
        return path;
    }

    private static Dictionary<string, double> Psnr(double value) => new() { ["psnr"] = value };
}

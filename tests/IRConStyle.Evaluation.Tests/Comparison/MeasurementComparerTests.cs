using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Comparison;
using static IRConStyle.Evaluation.Tests.Comparison.Measured;

namespace IRConStyle.Evaluation.Tests.Comparison;

public sealed class MeasurementComparerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Gains_are_of_the_same_image_and_both_means_of_the_same_images()
    {
        var metric = Single(Report("first", Set("kodak", Psnr, 30, 31, 32)), Report("second", Set("kodak", Psnr, Image("c", ("psnr", 32)), Image("a", ("psnr", 30.5)), Image("b", ("psnr", 30)))));

        metric.Images.Select(image => (image.Name, image.Gain)).ShouldBe([("a", 0.5), ("b", -1), ("c", 0)]);
        (metric.Wins, metric.Losses, metric.Ties, metric.NotFinite).ShouldBe((1, 1, 1, 0));
        metric.MeanBaseline!.Value.ShouldBe(31, 1e-12);
        metric.MeanOther!.Value.ShouldBe(92.5 / 3, 1e-12);
        metric.Statistics.Mean!.Value.ShouldBe(metric.MeanOther.Value - metric.MeanBaseline.Value, 1e-12);
    }

    [Fact]
    public void A_gain_is_positive_where_less_is_better_and_there_is_less()
    {
        var metric = Single(Report("first", Set("kodak", Mae, 5, 6)), Report("second", Set("kodak", Mae, 4, 5.5)));
        metric.Images.Select(image => image.Gain).ShouldBe([1, 0.5]);
        metric.Statistics.Mean.ShouldBe(0.75);
    }

    [Fact]
    public void Infinite_values_count_as_wins_losses_and_ties_and_stay_out_of_the_means()
    {
        const double Equal = double.PositiveInfinity;
        var metric = Single(Report("first", Set("kodak", Psnr, Equal, 40, Equal, 30, 31)), Report("second", Set("kodak", Psnr, Equal, Equal, 45, 31, 32)));

        (metric.Wins, metric.Losses, metric.Ties, metric.NotFinite).ShouldBe((3, 1, 1, 3));
        metric.Images.Select(image => image.Gain).ShouldBe([0, Equal, -Equal, 1, 1]);
        (metric.MeanBaseline, metric.MeanOther, metric.Statistics.Mean).ShouldBe((30.5, 31.5, 1));
        metric.Statistics.Count.ShouldBe(2);
    }

    [Fact]
    public void With_nothing_but_infinite_values_there_is_no_mean()
    {
        var metric = Single(Report("first", Set("kodak", Psnr, double.PositiveInfinity)), Report("second", Set("kodak", Psnr, double.PositiveInfinity)));
        (metric.MeanBaseline, metric.MeanOther, metric.Statistics.Mean, metric.Statistics.P).ShouldBe((null, null, null, null));
        metric.Ties.ShouldBe(1);
    }

    [Fact]
    public void The_first_is_the_baseline_of_each_of_the_others()
    {
        var report = MeasurementComparer.Compare([Report("a", Set("kodak", Psnr, 30)), Report("b", Set("kodak", Psnr, 31)), Report("c", Set("kodak", Psnr, 29))]);
        report.Baseline.ShouldBe("a");
        report.Comparisons.Select(comparison => (comparison.Baseline, comparison.Other, comparison.Sets[0].Metrics[0].Statistics.Mean))
            .ShouldBe([("a", "b", 1.0), ("a", "c", -1.0)]);
    }

    [Fact]
    public void Images_that_only_one_has_are_an_error_that_lists_them()
    {
        var error = Fails(
            Report("first", Set("kodak", Psnr, Image("x", ("psnr", 1)), Image("y", ("psnr", 1)), Image("same", ("psnr", 1)), Image("resized", ("psnr", 1)))),
            Report("second", Set("kodak", Psnr, Image("z", ("psnr", 1)), Image("same", ("psnr", 1)), Image("resized", ("psnr", 1)) with { Width = 47 })));
        error.Message.ShouldBe("The images are not the same: kodak of first alone has 2 (x, y); kodak of second alone has 1 (z); of kodak differ in size 1 (resized).");
        error.Remedy.ShouldNotBeNull().ShouldContain("--common");
    }

    [Fact]
    public void On_request_only_the_common_images_are_compared_and_the_others_counted()
    {
        var report = MeasurementComparer.Compare(
            [Report("first", Set("kodak", Psnr, 30, 31)), Report("second", Set("kodak", Psnr, Image("b", ("psnr", 33)), Image("z", ("psnr", 1))))],
            new MeasurementComparisonOptions { CommonImagesOnly = true });
        report.Comparisons[0].Sets[0].LeftOut.ShouldBe(2);
        report.Comparisons[0].Sets[0].Metrics[0].Images.ShouldBe([new ImageGain("b", 31, 33, 2)]);
        ComparisonTable.Remarks(report.Comparisons[0]).ShouldBe(["kodak: 2 images left out that the other measurement does not have."]);

        Should.Throw<IRConStyleException>(() => MeasurementComparer.Compare(
            [Report("first", Set("kodak", Psnr, 30)), Report("second", Set("kodak", Psnr, Image("z", ("psnr", 1))))],
            new MeasurementComparisonOptions { CommonImagesOnly = true })).Message.ShouldContain("no image in common");
    }

    [Fact]
    public void Sets_are_matched_by_name_and_those_of_one_side_are_named()
    {
        var comparison = MeasurementComparer.Compare(
            [Report("first", Set("kodak", Psnr, 30), Set("urban", Psnr, 28)), Report("second", Set("bsd", Psnr, 27), Set("kodak", Psnr, 31), Set("div", Psnr, 31))]).Comparisons[0];
        comparison.Sets.Select(set => set.Name).ShouldBe(["kodak"]);
        comparison.Notes.ShouldBe(["Left out, because only first was measured on it: urban.", "Left out, because only second was measured on it: bsd, div."]);
        Fails(Report("first", Set("a", Psnr, 30), Set("b", Psnr, 28)), Report("second", Set("c", Psnr, 27))).Message.ShouldBe("first and second have no set in common (a, b; c).");
    }

    [Fact]
    public void The_only_sets_are_compared_whatever_their_names()
    {
        var comparison = MeasurementComparer.Compare([Report("first", Set("here", Psnr, 30)), Report("second", Set("there", Psnr, 31))]).Comparisons[0];
        comparison.Sets.ShouldHaveSingleItem().Name.ShouldBe("here");
        comparison.Notes.ShouldHaveSingleItem().ShouldContain("there");
    }

    [Fact]
    public void Other_protocols_and_other_degraded_images_are_noted()
    {
        var noisier = Image("a", ("psnr", 31.0)) with { Input = new Dictionary<string, double> { ["psnr"] = 14.1 } };
        var comparison = MeasurementComparer.Compare(
            [Report("first", Set("kodak", Psnr, 30) with { Protocol = "RGB" }), Report("second", Set("kodak", Psnr, noisier) with { Protocol = "Y" })]).Comparisons[0];
        comparison.Notes.ShouldBe(
        [
            "kodak was measured in two ways: RGB; Y.",
            "kodak: the degraded images were not the same (input psnr of a: 20.0000 and 14.1000), so the gains are not of the networks alone.",
        ]);
    }

    [Fact]
    public void Metrics_are_those_of_both_or_those_asked_for()
    {
        var ssim = Psnr with { Name = "ssim", Unit = "" };
        var first = Report("first", Set("kodak", [Psnr, ssim, Mae], Image("a", ("psnr", 30), ("ssim", 0.9), ("mae", 5))));
        var second = Report("second", Set("kodak", [Mae, Psnr], Image("a", ("psnr", 31), ("mae", 4))));
        Metrics().ShouldBe(["psnr", "mae"]);
        Metrics("mae", "psnr").ShouldBe(["mae", "psnr"]);
        Should.Throw<IRConStyleException>(() => Metrics("ssim")).Message.ShouldContain("no metric 'ssim' in common; known: mae, psnr");
        // Nor is one misspelt name among right ones passed over.
        Should.Throw<IRConStyleException>(() => Metrics("psnr", "mea")).Message.ShouldContain("no metric 'mea'");

        string[] Metrics(params string[] asked)
            => [.. MeasurementComparer.Compare([first, second], new MeasurementComparisonOptions { Metrics = asked }).Comparisons[0].Sets[0].Metrics.Select(metric => metric.Metric.Name)];
    }

    [Fact]
    public void What_is_wrong_with_a_measurement_is_said()
    {
        var sound = Report("sound", Set("kodak", Psnr, 30));
        Fails(sound, Report("lacking", Set("kodak", Psnr, Image("a")))).Message.ShouldBe("kodak: a has no value of psnr.");
        Fails(sound, Report("broken", Set("kodak", Psnr, double.NaN))).Message.ShouldBe("kodak: a has no value of psnr.");
        Fails(sound, Report("twice", Set("kodak", Psnr, Image("a", ("psnr", 1)), Image("a", ("psnr", 2))))).Message.ShouldContain("the image a twice");
        Fails(sound, Report("twice", Set("kodak", Psnr, 1), Set("kodak", Psnr, 1))).Message.ShouldContain("the set kodak twice");
        Fails(sound, Report("turned", Set("kodak", Psnr with { Direction = MetricDirection.LowerIsBetter }, 30))).Message.ShouldContain("another unit or direction");
        Fails(sound, Report("empty")).Message.ShouldContain("no set");
    }

    [Fact]
    public void Several_sets_are_counted_and_not_averaged()
    {
        var comparison = Several();
        comparison.Summary.ShouldBe([new MetricSummary("psnr", 3, Better: 2, Worse: 1, ClearlyBetter: 1, ClearlyWorse: 0)]);
        ComparisonTable.Remarks(comparison).First().ShouldBe(
            "psnr: second is better in 2 of 3 sets and worse in 1; beyond chance (p below 0.05, corrected for 3 sets) better in 1, worse in 0.");
    }

    [Fact]
    public void Rows_and_the_Markdown_page_hold_the_figures()
    {
        var report = new ComparisonReport("first", [Several()]);
        ComparisonTable.Rows(report.Comparisons[0]).First().ShouldBe(
            ["clear", "psnr (dB)", "12", "30.0000", "31.0000", "+1.0000", "[+1.0000, +1.0000]", "0.0005", "12/0/0", "–"]);
        var page = _directory.File("comparison.md");

        ComparisonTable.WriteMarkdown(report, page, perImage: true);

        var lines = File.ReadAllLines(page);
        lines[0].ShouldBe("## second against first");
        lines[2].ShouldBe("| set | metric | images | first | second | gain | 95 % interval | p | better/worse/equal | effect |");
        lines[4].ShouldBe("| clear | psnr (dB) | 12 | 30.0000 | 31.0000 | +1.0000 | [+1.0000, +1.0000] | 0.0005 | 12/0/0 | – |");
        lines.ShouldContain("| clear | psnr (dB) | a | 30.0000 | 31.0000 | +1.0000 |");
    }

    [Fact]
    public void The_JSON_holds_every_image_and_infinite_values()
    {
        var file = _directory.File("comparison.json");
        MeasurementComparer.Compare([Report("first", Set("kodak", Psnr, 30, 40)), Report("second", Set("kodak", Psnr, 31, double.PositiveInfinity))]).WriteJson(file);
        var root = System.Text.Json.JsonDocument.Parse(File.ReadAllText(file)).RootElement;
        root.GetProperty("format").GetString().ShouldBe(ComparisonReport.FormatName);
        var metric = root.GetProperty("comparisons")[0].GetProperty("sets")[0].GetProperty("metrics")[0];
        metric.GetProperty("metric").GetProperty("direction").GetString().ShouldBe("HigherIsBetter");
        metric.GetProperty("images")[1].GetProperty("other").GetString().ShouldBe("Infinity");
        metric.GetProperty("statistics").GetProperty("mean").GetDouble().ShouldBe(1);
        metric.GetProperty("wins").GetInt32().ShouldBe(2);
    }

    [Fact]
    public void Measurements_are_called_by_pipeline_or_by_file_where_that_is_the_same()
    {
        var (nafnet, later, elsewhere) = (Written("nafnet", "a.json"), Written("nafnet", "b.json"), Written("general", "c.json"));
        NamedReport.Read([nafnet, elsewhere]).Select(report => report.Name).ShouldBe(["nafnet", "general"]);
        NamedReport.Read([nafnet, later]).Select(report => report.Name).ShouldBe(["a", "b"]);
        NamedReport.Read([nafnet, nafnet]).Select(report => report.Name).ShouldBe([nafnet, nafnet]);

        string Written(string pipeline, string file)
        {
            Report(pipeline, Set("kodak", Psnr, 30)).Report.WriteJson(_directory.File(file));
            return _directory.File(file);
        }
    }

    [Fact]
    public void A_picture_is_drawn_of_any_number_of_sets_and_of_values_that_are_not_finite()
    {
        foreach (var count in new[] { 1, 4 })
        {
            var (first, second) = (
                Report("first", [.. Enumerable.Range(0, count).Select(i => Set($"set {i}", Psnr, double.PositiveInfinity, 30, 31))]),
                Report("second", [.. Enumerable.Range(0, count).Select(i => Set($"set {i}", Psnr, 30, 31, double.PositiveInfinity))]));
            ComparisonPicture.Draw(MeasurementComparer.Compare([first, second])).AsSpan(0, 4).ToArray().ShouldBe([0x89, (byte)'P', (byte)'N', (byte)'G']);
        }
    }

    private static ReportComparison Several() => MeasurementComparer.Compare(
    [
        Report("first", Set("clear", Psnr, [.. Enumerable.Repeat(30.0, 12)]), Set("few", Psnr, 30, 30, 30), Set("worse", Psnr, 30, 31)),
        Report("second", Set("clear", Psnr, [.. Enumerable.Repeat(31.0, 12)]), Set("few", Psnr, 31, 31, 31), Set("worse", Psnr, 29, 31)),
    ]).Comparisons[0];

    private static MetricComparison Single(NamedReport first, NamedReport second)
        => MeasurementComparer.Compare([first, second]).Comparisons.ShouldHaveSingleItem().Sets.ShouldHaveSingleItem().Metrics.ShouldHaveSingleItem();

    private static IRConStyleException Fails(NamedReport first, NamedReport second)
        => Should.Throw<IRConStyleException>(() => MeasurementComparer.Compare([first, second]));
}

using System.Globalization;
using CsvHelper;
using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Benchmarking;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Evaluation.Tests.Benchmarking;

public sealed class BenchmarkRunnerTests : IDisposable
{
    private const string Configuration = """
        {
          "Pipelines": { "copy": { "Backbone": { "Name": "copy" } } },
          "Benchmarks": {
            "small": {
              "Title": "Small set", "Task": "denoise", "Images": 100, "Folders": ["Small", "Small_*"],
              "Layouts": [
                { "Requires": ["list.txt"], "Data": { "Name": "synthetic", "Options": { "Count": 2 } } },
                { "Requires": ["input", "target"], "Summary": "pairs", "Data": { "Name": "synthetic", "Options": { "Count": 4, "Side": 32 } } }
              ],
              "Degradation": { "Name": "darken", "Options": { "Sigma": 20 } },
              "Metrics": [{ "Name": "psnr" }, { "Name": "error" }]
            },
            "strong": { "BasedOn": "small", "Degradation": { "Options": { "Sigma": 60 } } },
            "bad": {
              "Task": "derain", "Folders": ["Bad"], "Layouts": [{ "Data": { "Name": "broken", "Options": { "Side": 32 } } }],
              "Metrics": [{ "Name": "error" }]
            },
            "absent": { "Task": "derain", "Folders": ["Absent", "test/Absent"], "Layouts": [{ "Requires": ["a", "b"], "Summary": "pairs", "Data": { "Name": "synthetic" } }], "Metrics": [{ "Name": "error" }] }
          }
        }
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services = EngineHost.Create(Configuration);

    public void Dispose()
    {
        _services.Dispose();
        _directory.Dispose();
    }

    private BenchmarkCatalogue Catalogue => _services.GetRequiredService<BenchmarkCatalogue>();

    private string Root => _directory.File("root");

    [Fact]
    public void A_set_is_found_by_the_first_folder_and_layout_that_fit()
    {
        Lay("Small_20/input", "Small_20/target");
        Catalogue.Locate("small", Root).Folder.ShouldBe(Path.Combine(Root, "Small_20"));
        Catalogue.Locate("SMALL", Root).Layout!.Summary.ShouldBe("pairs");

        // An exact name comes first in the list, and its case does not matter.
        Lay("small/input", "small/target");
        Catalogue.Locate("small", Root).Folder.ShouldBe(Path.Combine(Root, "small"));
        File.WriteAllText(Path.Combine(Root, "small", "list.txt"), "");
        Catalogue.Locate("small", Root).Layout!.Requires.ShouldBe(["list.txt"]);
    }

    [Fact]
    public void A_folder_without_the_layout_is_passed_over()
    {
        Lay("Small", "Small_20/input", "Small_20/target");
        Catalogue.Locate("small", Root).Folder.ShouldBe(Path.Combine(Root, "Small_20"));
    }

    [Fact]
    public void Two_folders_that_fit_alike_are_an_error_with_the_way_out()
    {
        Lay("Small_20/input", "Small_20/target", "Small_30/input", "Small_30/target");
        var located = Catalogue.Locate("small", Root);
        located.Folder.ShouldBeNull();
        located.Problem.ShouldNotBeNull().ShouldContain("--set Benchmarks:small:Folders=Small_20");
    }

    [Fact]
    public void Only_what_is_named_is_chosen()
    {
        Catalogue.Select([]).ShouldBe(["small", "strong", "absent", "bad"], ignoreOrder: true);
        Catalogue.Select(["derain"]).ShouldBe(["absent", "bad"]);
        Catalogue.Select(["s*", "BAD"]).ShouldBe(["small", "strong", "bad"], ignoreOrder: true);
        Should.Throw<IRConStyleException>(() => Catalogue.Select(["smal"])).Message.ShouldContain("did you mean 'small'");
    }

    [Fact]
    public void What_is_found_is_measured_and_the_rest_described()
    {
        Lay("Small/input", "Small/target", "Bad");
        var result = Run(new BenchmarkRequest(Root));

        result.Report.Sets.Select(set => set.Name).ShouldBe(["small", "strong"]);
        result.Report.Sets[0].Images.Count.ShouldBe(4);
        result.Report.Sets[0].Mean["error"].ShouldBeInRange(15, 20);
        result.Report.Sets[1].Mean["error"].ShouldBeInRange(45, 60);
        result.Report.Sets[0].Title.ShouldBe("Small set");
        result.Report.Sets[0].Protocol.ShouldNotBeNull().ShouldStartWith("4 of 100 images: a subset. Clean images degraded by darken (Sigma=20)");

        var absent = Outcome(result, "absent");
        absent.Status.ShouldBe(BenchmarkStatus.Missing);
        absent.Benchmark.Expected.ShouldBe("Absent or test/Absent, with a and b (pairs)");

        // A bad image fails its own set alone.
        var bad = Outcome(result, "bad");
        (bad.Status, bad.Reason).ShouldBe((BenchmarkStatus.Failed, "4.png is no image."));
        result.IsComplete.ShouldBeFalse();
    }

    [Fact]
    public void A_missing_set_is_an_error_only_where_it_is_named()
    {
        Lay("Small/input", "Small/target");
        Run(new BenchmarkRequest(Root) { Only = ["small", "a*"] }).IsComplete.ShouldBeTrue();
        Run(new BenchmarkRequest(Root) { Only = ["small", "absent"] }).IsComplete.ShouldBeFalse();
        Should.Throw<IRConStyleException>(() => Run(new BenchmarkRequest(Root) { Only = ["absent"] })).Remedy.ShouldNotBeNull().ShouldContain("Absent or test/Absent");
    }

    [Fact]
    public void The_folder_of_reports_holds_all_figures()
    {
        Lay("Small/input", "Small/target");
        var result = Run(new BenchmarkRequest(Root) { Only = ["small"] });

        var report = MeasurementReport.ReadJson(Path.Combine(result.OutputDirectory, "report.json"));
        report.Sets[0].Images[3].Values.ShouldBe(result.Report.Sets[0].Images[3].Values);
        var document = File.ReadAllText(Path.Combine(result.OutputDirectory, "report.md"));
        document.ShouldContain("| small | 4 of 100 |");
        document.ShouldContain("1. Clean images degraded by darken (Sigma=20)");

        using var csv = new CsvReader(File.OpenText(Path.Combine(result.OutputDirectory, "report.csv")), CultureInfo.InvariantCulture);
        var rows = csv.GetRecords<dynamic>().Cast<IDictionary<string, object>>().ToList();
        rows.Select(row => row["image"]).ShouldBe(["0.png", "1.png", "2.png", "3.png"]);
        double.Parse((string)rows[2]["error"], CultureInfo.InvariantCulture).ShouldBe(report.Sets[0].Images[2].Values["error"]);
        rows[0].Keys.ShouldBe(["set", "image", "width", "height", "seconds", "psnr", "error", "psnr input", "error input"]);

        // Three images below each other, four panels each.
        var sheet = new ImageCodec().Read(Path.Combine(result.OutputDirectory, "small.png"));
        sheet.Height.ShouldBeGreaterThan(3 * 96);
    }

    [Fact]
    public void An_earlier_report_is_kept_aside()
    {
        Lay("Small/input", "Small/target");
        Run(new BenchmarkRequest(Root) { Only = ["small"] });
        File.WriteAllText(_directory.File("out", "notes.txt"), "mine");
        Run(new BenchmarkRequest(Root) { Only = ["strong"] });
        Directory.GetDirectories(_directory.Path, "out*").Length.ShouldBe(1);
        File.Exists(_directory.File("out", "small.png")).ShouldBeFalse();
        File.ReadAllText(_directory.File("out", "notes.txt")).ShouldBe("mine");
        var kept = Directory.GetDirectories(_directory.File("out", "earlier")).ShouldHaveSingleItem();
        Directory.GetFiles(kept).Select(Path.GetFileName).Order().ShouldBe(["report.csv", "report.json", "report.md", "small.png"]);
        MeasurementReport.ReadJson(Path.Combine(kept, "report.json")).Sets.ShouldHaveSingleItem().Name.ShouldBe("small");
    }

    [Fact]
    public void A_sheet_that_cannot_be_written_takes_no_figures_with_it()
    {
        Lay("Small/input", "Small/target");
        Directory.CreateDirectory(_directory.File("out", "small.png"));
        var outcome = Run(new BenchmarkRequest(Root) { Only = ["small"] }).Outcomes.ShouldHaveSingleItem();
        outcome.Status.ShouldBe(BenchmarkStatus.Measured);
        outcome.HasSheet.ShouldBeFalse();
        MeasurementReport.ReadJson(_directory.File("out", "report.json")).Sets.ShouldHaveSingleItem().Images.Count.ShouldBe(4);
        File.ReadAllText(_directory.File("out", "report.md")).ShouldNotContain("small.png");
    }

    [Fact]
    public void Another_program_s_report_is_left_alone()
    {
        Lay("Small/input", "Small/target");
        Directory.CreateDirectory(_directory.File("out"));
        File.WriteAllText(_directory.File("out", "report.json"), "{}");
        Should.Throw<IRConStyleException>(() => Run(new BenchmarkRequest(Root) { Only = ["small"] })).Message.ShouldContain("report.json");
        File.ReadAllText(_directory.File("out", "report.json")).ShouldBe("{}");
    }

    [Fact]
    public void Stopping_keeps_what_is_measured()
    {
        Lay("Small/input", "Small/target");
        using var cancellation = new CancellationTokenSource();
        var images = 0;
        var result = _services.GetRequiredService<BenchmarkRunner>().Run(
            new BenchmarkRequest(Root)
            {
                Pipeline = "copy",
                Output = _directory.File("out"),
                Done = _ =>
                {
                    if (++images == 6)
                        cancellation.Cancel();
                },
            },
            cancellation.Token);

        result.WasStopped.ShouldBeTrue();
        MeasurementReport.ReadJson(_directory.File("out", "report.json")).Sets.ShouldHaveSingleItem().Name.ShouldBe("small");
        Outcome(result, "strong").Status.ShouldBe(BenchmarkStatus.NotMeasured);
        File.ReadAllText(_directory.File("out", "report.md")).ShouldContain("stopped before its end");
    }

    [Theory]
    [InlineData("Benchmarks:small:Metrics:1:Name", "psnr", "Benchmarks:small:Metrics", "'psnr' is there twice")]
    [InlineData("Benchmarks:small:Metrics:1:Name", "eror", "Benchmarks:small:Metrics:1", "did you mean 'error'")]
    [InlineData("Benchmarks:small:Degradation:Name", "fog", "Benchmarks:small:Degradation", "unknown")]
    [InlineData("Benchmarks:small:Layouts:1:Data:Options:Cuont", "3", "Layouts:1:Data:Options:Cuont", "did you mean 'Count'")]
    [InlineData("Benchmarks:small:Folders", "../Small", "Benchmarks:small:Folders", "no folder below the root")]
    [InlineData("Benchmarks:strong:BasedOn", "smal", "Benchmarks:strong:BasedOn", "no such benchmark")]
    public void Wrong_definitions_are_told_with_their_path(string key, string value, string path, string problem)
    {
        using var services = EngineHost.Create(Configuration, (key, value), ("DefaultPipeline", "copy"));
        var error = Should.Throw<ConfigurationException>(() => services.GetRequiredService<IPipelineFactory>().ValidateAll());
        error.Message.ShouldContain(path);
        error.Message.ShouldContain(problem);
    }

    private BenchmarkResult Run(BenchmarkRequest request)
        => _services.GetRequiredService<BenchmarkRunner>().Run(request with { Pipeline = "copy", Output = _directory.File("out") }, CancellationToken.None);

    private static BenchmarkOutcome Outcome(BenchmarkResult result, string name) => result.Outcomes.Single(outcome => outcome.Benchmark.Name == name);

    private void Lay(params string[] folders)
    {
        foreach (var folder in folders)
            Directory.CreateDirectory(Path.Combine(Root, folder));
    }
}

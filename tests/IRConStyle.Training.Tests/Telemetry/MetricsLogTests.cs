using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Telemetry;

namespace IRConStyle.Training.Tests.Telemetry;

public sealed class MetricsLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string MetricsPath => _directory.File(MetricsFile.Name);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_run_leaves_a_line_per_report_validation_and_saved_file()
    {
        var began = DateTime.UtcNow;
        using (var recorder = Observe())
        {
            recorder.Report(FakeRun.Progress(20));
            recorder.Report(FakeRun.Validation(20, double.PositiveInfinity, isBest: true));
            recorder.Saved(_directory.File("checkpoints", "20.safetensors"), 20);
            recorder.Finished(FakeRun.Result(20));
        }

        var lines = MetricsFile.Read(_directory.Path);
        lines.Select(line => line.Kind).ShouldBe(
            [MetricsKind.Start, MetricsKind.Report, MetricsKind.Validation, MetricsKind.Saved, MetricsKind.End]);
        lines.ShouldAllBe(line => line.Time.Kind == DateTimeKind.Utc && line.Time >= began && line.Time <= DateTime.UtcNow);
        lines[0].Parameters.ShouldBe(1234);
        lines[1].Loss.ShouldBe(2 * (1.0 / 20) + 0.5 * (6.0 / 20));
        lines[1].Losses!["infonce"].ShouldBe(0.3);
        lines[1].MemoryBytes.ShouldBe(512L << 20);
        lines[2].Validation!["psnr"].ShouldBe(double.PositiveInfinity);
        lines[2].IsBest.ShouldBe(true);
        lines[3].Path.ShouldBe("checkpoints/20.safetensors");

        // Other programs read the file too.
        using var report = JsonDocument.Parse(File.ReadAllLines(MetricsPath)[1]);
        report.RootElement.GetProperty("kind").GetString().ShouldBe("report");
        report.RootElement.GetProperty("losses").GetProperty("l1").GetDouble().ShouldBe(0.05);
        report.RootElement.GetProperty("time").GetString().ShouldNotBeNull().ShouldEndWith("Z");
        report.RootElement.TryGetProperty("isBest", out _).ShouldBeFalse();
    }

    [Fact]
    public void A_line_is_in_the_file_as_soon_as_it_is_reported()
    {
        using var recorder = Observe();
        recorder.Report(FakeRun.Progress(20));

        MetricsFile.Read(MetricsPath)[^1].Iteration.ShouldBe(20);
        recorder.Report(FakeRun.Progress(40));
        MetricsFile.Read(MetricsPath)[^1].Iteration.ShouldBe(40);
    }

    [Fact]
    public void A_run_that_goes_on_tells_each_iteration_once()
    {
        using (var killed = Observe())
            foreach (var iteration in new[] { 20, 40, 60, 80 })
            {
                killed.Report(FakeRun.Progress(iteration));
                killed.Report(FakeRun.Validation(iteration, iteration, isBest: true));
            }

        File.AppendAllText(MetricsPath, """{"kind":"report","iteration":100,"losses":{"l1":0.0""");

        using (var resumed = Observe(startIteration: 50))
        {
            resumed.Report(FakeRun.Progress(60));
            resumed.Report(FakeRun.Progress(80));
        }

        var lines = MetricsFile.Read(_directory.Path);
        lines.Where(line => line.Kind == MetricsKind.Report).Select(line => line.Iteration).ShouldBe([20, 40, 60, 80]);
        lines.Where(line => line.Kind == MetricsKind.Validation).Select(line => line.Iteration).ShouldBe([20, 40]);
        lines.Where(line => line.Kind == MetricsKind.Start).Select(line => line.Iteration).ShouldBe([0, 50]);
        File.ReadAllLines(MetricsPath).ShouldAllBe(line => MetricsLine.Parse(line) != null);
        Directory.GetFiles(_directory.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_roll_back_takes_back_what_was_reported_since()
    {
        using var recorder = Observe();
        foreach (var iteration in new[] { 20, 40, 60, 40 })
            recorder.Report(FakeRun.Progress(iteration));

        MetricsFile.Read(_directory.Path).Skip(1).Select(line => line.Iteration).ShouldBe([20, 40]);
        recorder.Report(FakeRun.Progress(60));
        MetricsFile.Read(_directory.Path).Skip(1).Select(line => line.Iteration).ShouldBe([20, 40, 60]);
    }

    [Fact]
    public void A_new_run_keeps_an_earlier_file_under_another_name()
    {
        foreach (var iteration in new[] { 20, 30, 40 })
            using (var recorder = Observe())
                recorder.Report(FakeRun.Progress(iteration));

        Directory.GetFiles(_directory.Path, "metrics.*.jsonl").Length.ShouldBe(2);
        MetricsFile.Read(_directory.Path)[^1].Iteration.ShouldBe(40);
    }

    [Fact]
    public void A_folder_without_metrics_says_so()
    {
        Should.Throw<IRConStyleException>(() => MetricsFile.Read(_directory.Path)).Message.ShouldContain(MetricsFile.Name);
        File.WriteAllText(MetricsPath, "no metrics\n");
        Should.Throw<IRConStyleException>(() => MetricsFile.Read(_directory.Path)).Message.ShouldContain("holds no metrics");
    }

    private ITrainingRecorder Observe(int startIteration = 0) => new MetricsLog().Observe(FakeRun.In(_directory.Path, startIteration));
}

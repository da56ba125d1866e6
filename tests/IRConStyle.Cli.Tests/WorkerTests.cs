using System.Diagnostics;
using IRConStyle.Training.Telemetry;

namespace IRConStyle.Cli.Tests;

/// <summary>The sample's program, run as a service manager runs it.</summary>
public sealed class WorkerTests : IDisposable
{
    private const int Iterations = 300;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public void A_worker_that_is_terminated_goes_on_when_it_starts_again()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no signal to send to another process.");
        using (var worker = Start())
        {
            WaitUntil(worker, () => Reports().LastOrDefault() >= 8);
            Program.Terminate(worker);
            var stopped = Program.Finish(worker);

            stopped.ExitCode.ShouldBe(130, stopped.Output + stopped.Error);
            stopped.Error.ShouldNotContain("   at ");
        }

        var done = Reports()[^1];
        done.ShouldBeLessThan(Iterations);
        File.Exists(_directory.File("weights.safetensors")).ShouldBeTrue();
        Directory.GetFiles(_directory.File("checkpoints"), "*.safetensors").ShouldNotBeEmpty();

        using (var worker = Start())
        {
            var finished = Program.Finish(worker);
            finished.ExitCode.ShouldBe(0, finished.Output + finished.Error);
        }

        Reports().ShouldBe(Enumerable.Range(1, Iterations), "each iteration is told once");
        var starts = Lines().Where(line => line.Kind == MetricsKind.Start).Select(line => line.Iteration).ToList();
        starts.Count.ShouldBe(2);
        starts[1].ShouldBeGreaterThanOrEqualTo(done);
    }

    [Fact]
    public void A_worker_that_cannot_train_says_why_in_one_error()
    {
        using var worker = Start("--IRConStyle:Pipelines:denoise:Training:Data:Options:Root=nowhere");

        var result = Program.Finish(worker);

        result.ExitCode.ShouldBe(1, result.Output + result.Error);
        result.Lines.Count(line => line.StartsWith("fail:", StringComparison.Ordinal)).ShouldBe(1, result.Output);
        result.Output.ShouldContain("nowhere");
        result.Output.ShouldNotContain("   at ");
    }

    private Process Start(params string[] arguments) => Program.StartSample(
        "TrainingWorker",
        [
            $"--IRConStyle:Worker:Output={_directory.Path}", "--IRConStyle:Device=cpu",
            $"--IRConStyle:Pipelines:denoise:Training:Iterations={Iterations}",
            "--IRConStyle:Pipelines:denoise:Training:PatchSize=16", "--IRConStyle:Pipelines:denoise:Training:BatchSize=2",
            "--IRConStyle:Pipelines:denoise:Training:ReportEvery=1", "--IRConStyle:Pipelines:denoise:Training:SaveEvery=50",
            .. arguments,
        ]);

    private IReadOnlyList<MetricsLine> Lines()
        => new FileInfo(_directory.File(MetricsFile.Name)) is { Exists: true, Length: > 0 } ? MetricsFile.Read(_directory.Path) : [];

    private List<int> Reports() => [.. Lines().Where(line => line.Kind == MetricsKind.Report).Select(line => line.Iteration)];

    private static void WaitUntil(Process worker, Func<bool> condition)
    {
        while (!condition() && !worker.HasExited)
            Thread.Sleep(50);
    }
}

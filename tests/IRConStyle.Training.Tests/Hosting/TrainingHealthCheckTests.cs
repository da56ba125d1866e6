using IRConStyle.Training.Hosting;
using IRConStyle.Training.Tests.Telemetry;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace IRConStyle.Training.Tests.Hosting;

public sealed class TrainingHealthCheckTests
{
    private readonly Clock _clock = new();
    private readonly TrainingStatus _status;

    public TrainingHealthCheckTests() => _status = new TrainingStatus(_clock);

    [Fact]
    public async Task A_run_is_healthy_while_reports_arrive()
    {
        (await Check()).Status.ShouldBe(HealthStatus.Healthy, "nothing has begun");
        using var recorder = _status.Observe(FakeRun.In("."));
        for (var iteration = 1; iteration < 5; iteration++)
        {
            _clock.Pass(TimeSpan.FromMinutes(9));
            recorder.Report(FakeRun.Progress(iteration));
            var result = await Check();
            result.Status.ShouldBe(HealthStatus.Healthy);
            result.Data["iteration"].ShouldBe(iteration);
            result.Data["imagesPerSecond"].ShouldBe(16.0);
            result.Data["loss.l1"].ShouldBe(1.0 / iteration);
        }
    }

    [Fact]
    public async Task A_run_without_reports_is_degraded_until_the_next_one()
    {
        using var recorder = _status.Observe(FakeRun.In("."));
        recorder.Report(FakeRun.Progress(1));
        _clock.Pass(TimeSpan.FromMinutes(11));

        var stalled = await Check();
        stalled.Status.ShouldBe(HealthStatus.Degraded);
        stalled.Description.ShouldNotBeNull().ShouldContain("00:11:00");
        recorder.Report(FakeRun.Validation(1, 30, isBest: true));
        (await Check()).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Unreadable_images_are_degraded()
    {
        using var recorder = _status.Observe(FakeRun.In("."));
        recorder.Report(FakeRun.Progress(1) with { UnreadableImages = 3 });

        var result = await Check();
        result.Status.ShouldBe(HealthStatus.Degraded);
        result.Description.ShouldNotBeNull().ShouldContain("3");
    }

    [Fact]
    public async Task A_run_that_ends_without_finishing_is_unhealthy()
    {
        _status.Observe(FakeRun.In(".")).Dispose();
        (await Check()).Status.ShouldBe(HealthStatus.Unhealthy);

        _status.Fail("noise.png is no image.");
        (await Check()).Description.ShouldBe("noise.png is no image.");
    }

    [Fact]
    public async Task A_finished_run_stays_healthy()
    {
        using (var recorder = _status.Observe(FakeRun.In(".")))
            recorder.Finished(FakeRun.Result(10));
        _clock.Pass(TimeSpan.FromDays(1));
        (await Check()).Status.ShouldBe(HealthStatus.Healthy);
    }

    private Task<HealthCheckResult> Check()
        => new TrainingHealthCheck(_status, Options.Create(new TrainingWorkerOptions())).CheckHealthAsync(new HealthCheckContext());

    private sealed class Clock : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }
}

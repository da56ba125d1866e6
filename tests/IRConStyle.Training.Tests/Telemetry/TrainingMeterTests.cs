using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Samples;
using IRConStyle.Training.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Training.Tests.Telemetry;

public sealed class TrainingMeterTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddMetrics().AddSingleton<TrainingMeter>().BuildServiceProvider();

    private readonly ConcurrentBag<(string Instrument, double Value, Dictionary<string, object?> Tags)> _measured = [];
    private readonly ConcurrentQueue<Activity> _stopped = new();
    private readonly MeterListener _listener = new();
    private readonly ActivityListener _activities;

    public TrainingMeterTests()
    {
        var factory = _services.GetRequiredService<IMeterFactory>();
        // Other tests train at the same time; their meters belong to other hosts.
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == TrainingMeter.MeterName && ReferenceEquals(instrument.Meter.Scope, factory))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _measured.Add((instrument.Name, value, Of(tags))));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _measured.Add((instrument.Name, value, Of(tags))));
        _listener.Start();
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == TrainingMeter.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(_activities);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _activities.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Reports_become_measurements_with_pipeline_and_device()
    {
        using (var recorder = Observe(startIteration: 100))
        {
            recorder.Report(FakeRun.Progress(120));
            recorder.Report(FakeRun.Progress(140) with { UnreadableImages = 2, RollBacks = 1 });
            recorder.Report(FakeRun.Progress(160) with { UnreadableImages = 3, RollBacks = 1 });
            recorder.Report(FakeRun.Validation(160, 30.5, isBest: true));
            recorder.Saved("checkpoints/160.safetensors", 160);
        }

        Sum(TrainingMeter.Iterations).ShouldBe(60);
        Sum(TrainingMeter.Images).ShouldBe(60 * 8);
        Sum(TrainingMeter.UnreadableImages).ShouldBe(3);
        Sum(TrainingMeter.RollBacks).ShouldBe(1);
        Sum(TrainingMeter.Checkpoints).ShouldBe(1);
        Values(TrainingMeter.Loss, TrainingMeter.LossTag, "infonce").ShouldBe([6.0 / 120, 6.0 / 140, 6.0 / 160], ignoreOrder: true);
        Values(TrainingMeter.Validation, TrainingMeter.MetricTag, "psnr").ShouldBe([30.5]);
        Values(TrainingMeter.ImagesPerSecond, TrainingMeter.DeviceTag, "cpu").ShouldBe([16, 16, 16]);
        Values(TrainingMeter.DataWait, TrainingMeter.DeviceTag, "cpu").ShouldBe([0.25, 0.25, 0.25]);
        Values(TrainingMeter.Memory, TrainingMeter.DeviceTag, "cpu").Length.ShouldBe(3);
        Values(TrainingMeter.LearningRate, TrainingMeter.DeviceTag, "cpu").Length.ShouldBe(3);
        Values(TrainingMeter.ValidationDuration, TrainingMeter.DeviceTag, "cpu").ShouldBe([3]);
        _measured.ShouldAllBe(measured => (string?)measured.Tags[TrainingMeter.PipelineTag] == "tiny");
    }

    [Fact]
    public void A_run_is_an_activity_with_its_validations_below()
    {
        using (var recorder = Observe())
        {
            recorder.Report(FakeRun.Validation(160, 30.5, isBest: true));
            recorder.Saved("checkpoints/160.safetensors", 160);
            recorder.Finished(FakeRun.Result(160));
        }

        var train = Mine().Single(activity => activity.OperationName == TrainingMeter.TrainActivity);
        var validate = Mine().Single(activity => activity.OperationName == TrainingMeter.ValidateActivity);
        validate.ParentSpanId.ShouldBe(train.SpanId);
        // It began as long ago as the validation took; telling of it takes what the machine has left.
        validate.Duration.ShouldBeGreaterThan(TimeSpan.FromSeconds(2.9));
        validate.GetTagItem("psnr").ShouldBe(30.5);
        train.GetTagItem("end").ShouldBe("Completed");
        train.Status.ShouldBe(ActivityStatusCode.Ok);
        train.Events.ShouldHaveSingleItem().Name.ShouldBe(TrainingMeter.SavedEvent);
    }

    [Fact]
    public void A_run_that_does_not_finish_is_an_error()
    {
        Observe().Dispose();
        Mine().ShouldHaveSingleItem().Status.ShouldBe(ActivityStatusCode.Error);
    }

    [Fact]
    public void A_host_without_meters_is_measured_too()
    {
        using var meter = new TrainingMeter();
        using var recorder = meter.Observe(FakeRun.In("."));
        Should.NotThrow(() => recorder.Report(FakeRun.Progress(1)));
    }

    private ITrainingRecorder Observe(int startIteration = 0)
        => _services.GetRequiredService<TrainingMeter>().Observe(FakeRun.In(".", startIteration) with { Parameters = GetHashCode() });

    private List<Activity> Mine()
    {
        var traces = _stopped.Where(activity => Equals(activity.GetTagItem("parameters"), (long)GetHashCode())).Select(activity => activity.TraceId).ToHashSet();
        return [.. _stopped.Where(activity => traces.Contains(activity.TraceId))];
    }

    private double Sum(string instrument) => _measured.Where(measured => measured.Instrument == instrument).Sum(measured => measured.Value);

    private double[] Values(string instrument, string tag, string value) =>
        [.. _measured.Where(measured => measured.Instrument == instrument && Equals(measured.Tags[tag], value)).Select(measured => measured.Value).Order()];

    private static Dictionary<string, object?> Of(ReadOnlySpan<KeyValuePair<string, object?>> tags) => new(tags.ToArray());
}

using System.Diagnostics;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Samples;

namespace IRConStyle.Training.Telemetry;

/// <summary>Measures one run for <see cref="TrainingMeter"/>.</summary>
internal sealed class MeterRecorder : ITrainingRecorder
{
    private readonly TrainingInstruments _instruments;
    private readonly ActivitySource _activities;
    private readonly Activity? _activity;
    private readonly TagList _tags;
    private int _iteration;
    private int _unreadableImages;
    private int _rollBacks;
    private bool _hasFinished;

    public MeterRecorder(TrainingRun run, TrainingInstruments instruments, ActivitySource activities)
    {
        (_instruments, _activities, _iteration) = (instruments, activities, run.StartIteration);
        _tags = new TagList { { TrainingMeter.PipelineTag, run.Pipeline }, { TrainingMeter.DeviceTag, run.Device } };
        _activity = activities.StartActivity(TrainingMeter.TrainActivity, ActivityKind.Internal, parentContext: default, [
            .. _tags,
            KeyValuePair.Create("start_iteration", (object?)run.StartIteration),
            KeyValuePair.Create("parameters", (object?)run.Parameters),
        ]);
    }

    public void Report(TrainingProgress progress)
    {
        // A run that was rolled back does its iterations again.
        var iterations = progress.Iteration > _iteration ? progress.Iteration - _iteration : 0;
        _iteration = progress.Iteration;
        _instruments.Iterations.Add(iterations, _tags);
        if (progress.IterationsPerSecond > 0)
            _instruments.Images.Add((long)Math.Round(iterations * progress.ImagesPerSecond / progress.IterationsPerSecond), _tags);
        _instruments.UnreadableImages.Add(Math.Max(0, progress.UnreadableImages - _unreadableImages), _tags);
        _instruments.RollBacks.Add(Math.Max(0, progress.RollBacks - _rollBacks), _tags);
        (_unreadableImages, _rollBacks) = (progress.UnreadableImages, progress.RollBacks);
        foreach (var (name, value) in progress.Losses)
            _instruments.Loss.Record(value, With(TrainingMeter.LossTag, name));
        _instruments.LearningRate.Record(progress.LearningRate, _tags);
        _instruments.ImagesPerSecond.Record(progress.ImagesPerSecond, _tags);
        _instruments.DataWait.Record(progress.DataWait, _tags);
        _instruments.Memory.Record(progress.MemoryBytes, _tags);
    }

    public void Report(ValidationReport validation)
    {
        foreach (var (name, value) in validation.Values)
            _instruments.Validation.Record(value, With(TrainingMeter.MetricTag, name));
        _instruments.ValidationDuration.Record(validation.Elapsed.TotalSeconds, _tags);
        using var activity = _activities.StartActivity(
            TrainingMeter.ValidateActivity, ActivityKind.Internal, _activity?.Context ?? default,
            [
                KeyValuePair.Create("iteration", (object?)validation.Iteration),
                KeyValuePair.Create("images", (object?)validation.Images),
                KeyValuePair.Create("is_best", (object?)validation.IsBest),
                .. validation.Values.Select(value => KeyValuePair.Create(value.Key, (object?)value.Value)),
            ],
            startTime: DateTimeOffset.UtcNow - validation.Elapsed);
    }

    public void Saved(string path, int iteration)
    {
        _instruments.Checkpoints.Add(1, _tags);
        _activity?.AddEvent(new ActivityEvent(
            TrainingMeter.SavedEvent, tags: new ActivityTagsCollection { { "iteration", iteration }, { "file", path } }));
    }

    public void Finished(TrainingResult result)
    {
        _hasFinished = true;
        _activity?.SetTag("iterations", result.Iterations).SetTag("end", result.End.ToString()).SetStatus(ActivityStatusCode.Ok);
    }

    public void Dispose()
    {
        if (!_hasFinished)
            _activity?.SetStatus(ActivityStatusCode.Error, "the run failed");
        _activity?.Dispose();
    }

    private TagList With(string key, string value)
    {
        var tags = _tags;
        tags.Add(key, value);
        return tags;
    }
}

using IRConStyle.Training.Loop;

namespace IRConStyle.Training.Hosting;

/// <summary>Knows how the run of this process is doing, for the health check.</summary>
/// <param name="time">The clock.</param>
internal sealed class TrainingStatus(TimeProvider? time = null) : ITrainingObserver
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private Snapshot _snapshot = new();

    /// <summary>How the run is doing now.</summary>
    public Snapshot Now
    {
        get
        {
            lock (_lock)
                return _snapshot with { Silence = _snapshot.HeardAt is { } heard ? _time.GetElapsedTime(heard) : TimeSpan.Zero };
        }
    }

    public ITrainingRecorder Observe(TrainingRun run)
    {
        Change(_ => new Snapshot { Pipeline = run.Pipeline, Phase = Phase.Running });
        return new StatusRecorder(this);
    }

    /// <summary>The worker is about to train.</summary>
    public void Begin(string pipeline) => Change(_ => new Snapshot { Pipeline = pipeline, Phase = Phase.Running });

    /// <summary>The run failed.</summary>
    public void Fail(string problem) => Change(snapshot => snapshot with { Phase = Phase.Failed, Problem = problem });

    private void Change(Func<Snapshot, Snapshot> change)
    {
        lock (_lock)
            _snapshot = change(_snapshot) with { HeardAt = _time.GetTimestamp() };
    }

    internal enum Phase
    {
        Waiting,
        Running,
        Ended,
        Failed,
    }

    /// <summary>A moment of a run.</summary>
    internal sealed record Snapshot
    {
        public Phase Phase { get; init; }

        public string? Pipeline { get; init; }

        public TrainingProgress? Progress { get; init; }

        public string? Problem { get; init; }

        /// <summary>When something was heard last, by the clock's timestamps.</summary>
        public long? HeardAt { get; init; }

        /// <summary>How long ago that is.</summary>
        public TimeSpan Silence { get; init; }
    }

    private sealed class StatusRecorder(TrainingStatus status) : ITrainingRecorder
    {
        private bool _hasFinished;

        public void Report(TrainingProgress progress) => status.Change(snapshot => snapshot with { Progress = progress });

        public void Report(ValidationReport validation) => status.Change(snapshot => snapshot);

        public void Saved(string path, int iteration) => status.Change(snapshot => snapshot);

        public void Finished(TrainingResult result)
        {
            _hasFinished = true;
            status.Change(snapshot => snapshot with { Phase = Phase.Ended });
        }

        public void Dispose()
        {
            if (!_hasFinished)
                status.Fail("The run ended with an error.");
        }
    }
}

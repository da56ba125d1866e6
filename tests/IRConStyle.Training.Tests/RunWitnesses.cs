using IRConStyle.Training.Loop;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Training.Tests;

/// <summary>Stops a run after an iteration.</summary>
internal sealed class StopAt(int iteration, CancellationTokenSource cancellation) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value.Iteration >= iteration)
            cancellation.Cancel();
    }
}

/// <summary>Keeps the validations it is told of.</summary>
internal sealed class Recorder : ITrainingObserver, ITrainingRecorder
{
    public List<ValidationReport> Validations { get; } = [];

    public List<int> Samples { get; } = [];

    public ITrainingRecorder Observe(TrainingRun run) => this;

    public void Report(TrainingProgress progress)
    {
    }

    public void Report(ValidationReport validation)
    {
        Validations.Add(validation);
        Samples.Add(validation.Samples.Count(sample => sample.Restored.shape.SequenceEqual(new long[] { 3, 12, 12 })));
    }

    public void Saved(string path, int iteration)
    {
    }

    public void Finished(TrainingResult result)
    {
    }

    public void Dispose()
    {
    }
}

/// <summary>Fails at whatever it is told.</summary>
internal sealed class Failing : ITrainingObserver, ITrainingRecorder
{
    public ITrainingRecorder Observe(TrainingRun run) => this;

    public void Report(TrainingProgress progress) => throw new InvalidOperationException("no room for pictures");

    public void Report(ValidationReport validation) => throw new NotSupportedException();

    public void Saved(string path, int iteration) => throw new NotSupportedException();

    public void Finished(TrainingResult result) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}

/// <summary>Keeps all warnings.</summary>
internal sealed class LogBook : ILoggerFactory, ILogger
{
    public List<string> Warnings { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (Warnings)
            Warnings.Add(formatter(state, exception));
    }

    public void Dispose()
    {
    }
}

/// <summary>Puts a folder that is not empty in the place of the run's lock file at its end, which then cannot be deleted as a file.</summary>
internal sealed class MakesItsLockUndeletable(string output) : ITrainingObserver, ITrainingRecorder
{
    private string? _moved;

    public ITrainingRecorder Observe(TrainingRun run) => this;

    public void Report(TrainingProgress progress)
    {
    }

    public void Report(ValidationReport validation)
    {
    }

    public void Saved(string path, int iteration)
    {
    }

    public void Finished(TrainingResult result)
    {
        var file = Directory.GetFiles(output, ".*").Single();
        File.Move(file, _moved = file + ".moved");
        Directory.CreateDirectory(Path.Combine(file, "not empty"));
    }

    public void Dispose()
    {
    }

    public void Undo()
    {
        if (_moved is not null)
            Directory.Delete(_moved[..^".moved".Length], recursive: true);
    }
}

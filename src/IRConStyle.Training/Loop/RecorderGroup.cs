using Microsoft.Extensions.Logging;

namespace IRConStyle.Training.Loop;

/// <summary>All that follows a run. One that fails is left out from then on and costs no training.</summary>
internal sealed partial class RecorderGroup : IDisposable
{
    private readonly List<ITrainingRecorder> _recorders = [];
    private readonly ILogger _logger;

    public RecorderGroup(IEnumerable<ITrainingObserver> observers, TrainingRun run, ILogger logger)
    {
        _logger = logger;
        foreach (var observer in observers)
            Guard(observer.GetType().Name, () => _recorders.Add(observer.Observe(run)));
    }

    public void Each(Action<ITrainingRecorder> act)
    {
        foreach (var recorder in _recorders.ToArray())
            if (!Guard(recorder.GetType().Name, () => act(recorder)))
            {
                _recorders.Remove(recorder);
                Guard(recorder.GetType().Name, recorder.Dispose);
            }
    }

    public void Dispose()
    {
        foreach (var recorder in _recorders)
            Guard(recorder.GetType().Name, recorder.Dispose);
        _recorders.Clear();
    }

    private bool Guard(string name, Action act)
    {
        try
        {
            act();
            return true;
        }
#pragma warning disable CA1031 // Whatever goes wrong in an observer, the training goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(_logger, exception, name);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Recorder} failed and no longer follows this run.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string recorder);
}

using System.Diagnostics;

namespace IRConStyle.Training.Loop;

/// <summary>Measures a run's pace between reports: working, waiting for data, and neither.</summary>
internal sealed class TrainingClock
{
    private readonly Stopwatch _total = Stopwatch.StartNew();
    private readonly Stopwatch _lap = new();
    private readonly Stopwatch _waiting = new();
    private int _images;

    /// <summary>Time since the run began in this process.</summary>
    public TimeSpan Elapsed => _total.Elapsed;

    /// <summary>Iterations since the last report.</summary>
    public int Iterations { get; private set; }

    /// <summary>Whether this process has not reported yet.</summary>
    public bool IsFresh { get; private set; } = true;

    /// <summary>An iteration begins to wait for its data.</summary>
    public void Wait()
    {
        _lap.Start();
        _waiting.Start();
    }

    /// <summary>An iteration has its data.</summary>
    /// <param name="images">Its patches.</param>
    public void Work(int images)
    {
        _waiting.Stop();
        _images += images;
        Iterations++;
    }

    /// <summary>Something that is no training begins.</summary>
    public void Pause() => _lap.Stop();

    /// <summary>It is over.</summary>
    public void Resume() => _lap.Start();

    /// <summary>The pace since the last report; a new lap begins.</summary>
    /// <param name="left">Iterations still to do.</param>
    public (double IterationsPerSecond, double ImagesPerSecond, TimeSpan Remaining, double DataWait) Lap(int left)
    {
        var seconds = Math.Max(_lap.Elapsed.TotalSeconds, 1e-9);
        var speed = Math.Max(Iterations, 1) / seconds;
        var pace = (speed, _images / seconds, TimeSpan.FromSeconds(Math.Min(left / speed, TimeSpan.MaxValue.TotalSeconds / 2)),
            Math.Min(1, _waiting.Elapsed.TotalSeconds / seconds));
        _lap.Restart();
        _waiting.Reset();
        (Iterations, _images, IsFresh) = (0, 0, false);
        return pace;
    }
}

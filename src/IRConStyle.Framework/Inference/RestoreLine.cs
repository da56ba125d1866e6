using System.Collections.Concurrent;
using System.Diagnostics;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Framework.Inference;

/// <summary>
/// Images on their way: while some are restored, the next are read and the last are written. Small ones are restored side by side,
/// large ones each on all threads. No more images are in memory than are needed for that.
/// </summary>
internal sealed partial class RestoreLine(ImageRestorer restorer, IImageCodec codec, RestoreRequest request, ILogger logger) : IDisposable
{
    private readonly ConcurrentQueue<Exception> _failures = [];
    private SideBySide? _sideBySide;

    /// <summary>Restores all images.</summary>
    /// <param name="jobs">Which.</param>
    /// <param name="cancellation">Stops before the next image or tile.</param>
    /// <returns>What became of each, in order.</returns>
    public IReadOnlyList<RestoreOutcome> Run(IReadOnlyList<RestoreJob> jobs, CancellationToken cancellation)
    {
        var outcomes = new RestoreOutcome[jobs.Count];
        var workers = Math.Min(restorer.Workers, jobs.Count);
        _sideBySide = new SideBySide(restorer, workers);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var read = new BlockingCollection<Item>(boundedCapacity: workers);
        using var restored = new BlockingCollection<Item>(boundedCapacity: workers);
        var reader = WorkerThreads.Start(() => Guard(stop, () =>
        {
            for (var index = 0; index < jobs.Count; index++)
                read.Add(Read(index, jobs[index]), stop.Token);
        }, read.CompleteAdding));
        var writer = WorkerThreads.Start(() => Guard(stop, () =>
        {
            foreach (var item in restored.GetConsumingEnumerable())
            {
                outcomes[item.Index] = Write(item);
                request.Done?.Invoke(outcomes[item.Index]);
            }
        }, () =>
        {
            // If writing stopped, nobody may wait for room.
            while (restored.TryTake(out _, Timeout.Infinite))
                ;
        }));
        WorkerThreads.Run(workers, () => Guard(stop, () =>
        {
            foreach (var item in read.GetConsumingEnumerable(stop.Token))
            {
                Restore(item, stop.Token);
                // What is restored is written even if all stops.
                restored.Add(item, CancellationToken.None);
            }
        }));
        restored.CompleteAdding();
        Task.WaitAll(reader, writer);
        cancellation.ThrowIfCancellationRequested();
        if (_failures.TryDequeue(out var failure))
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        return outcomes;
    }

    /// <inheritdoc/>
    public void Dispose() => _sideBySide?.Dispose();

    private Item Read(int index, RestoreJob job)
    {
        var item = new Item(index, job);
        item.Try(() => item.Degraded = codec.Read(job.Input));
        return item;
    }

    private void Restore(Item item, CancellationToken cancellation)
    {
        if (item.Degraded is not { } degraded)
            return;
        Action<double>? progress = request.Advanced is { } advanced ? share => advanced(item.Job, share) : null;
        using var place = _sideBySide!.Enter(degraded, cancellation);
        item.Try(() => item.Restored = place.Restore(degraded, progress, cancellation));
    }

    private RestoreOutcome Write(Item item)
    {
        IReadOnlyList<string> dropped = [];
        if (item is { Degraded: { } degraded, Restored: { } restored })
            item.Try(() =>
            {
                dropped = codec.Write(item.Job.Output, restored.Image);
                if (request.Compare)
                    codec.Write(item.Job.Sheet, ComparisonSheet.Draw(degraded, restored.Image));
            });
        if (item.Error is { } error)
        {
            LogFailed(logger, item.Job.Input, error.Message, error);
            return new RestoreOutcome(item.Job, error, item.Time, item.Degraded?.Width ?? 0, item.Degraded?.Height ?? 0);
        }

        LogRestored(logger, item.Job.Input, item.Job.Output, item.Time);
        return new RestoreOutcome(item.Job, null, item.Time, item.Degraded!.Width, item.Degraded.Height)
        {
            Notes = [.. item.Degraded.Notes, .. item.Restored!.Notes, .. dropped],
        };
    }

    /// <summary>Whatever goes wrong beside single images stops all threads, and is thrown at the end.</summary>
    private void Guard(CancellationTokenSource stop, Action body, Action? last = null)
    {
        try
        {
            body();
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled knows.
        }
        catch (Exception exception)
        {
            _failures.Enqueue(exception);
            stop.Cancel();
        }
        finally
        {
            last?.Invoke();
        }
    }

    [LoggerMessage(LogLevel.Debug, "Restored {Input} to {Output} in {Time}.")]
    private static partial void LogRestored(ILogger logger, string input, string output, TimeSpan time);

    [LoggerMessage(LogLevel.Debug, "{Input} was not restored: {Reason}")]
    private static partial void LogFailed(ILogger logger, string input, string reason, Exception exception);

    /// <summary>One image and how far it is.</summary>
    private sealed class Item(int index, RestoreJob job)
    {
        public int Index => index;

        public RestoreJob Job => job;

        public RasterImage? Degraded { get; set; }

        public RestoredImage? Restored { get; set; }

        public IRConStyleException? Error { get; private set; }

        /// <summary>What was spent on it, without waiting.</summary>
        public TimeSpan Time { get; private set; }

        /// <summary>Whatever a single image provokes, memory running out included, is that image's failure.</summary>
        public void Try(Action step)
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                step();
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Error = RestoreFailure.Of(job.Input, exception);
            }

            Time += Stopwatch.GetElapsedTime(start);
        }
    }
}

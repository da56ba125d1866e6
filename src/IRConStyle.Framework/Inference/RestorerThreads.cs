using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Inference;

/// <summary>
/// Threads that do what callers ask for in the order they asked, and the bound on how many callers there may be. The threads begin with the
/// first caller and last until closed: libtorch keeps a pool of its own for each thread that computes.
/// </summary>
/// <param name="name">The restorer, for messages.</param>
/// <param name="threads">How many threads.</param>
/// <param name="waiting">Callers that may wait beside those the threads work for.</param>
internal sealed class RestorerThreads(string name, int threads, int waiting) : IDisposable
{
    private readonly object _gate = new();
    private readonly LinkedList<Work> _queue = [];
    private readonly CancellationTokenSource _closing = new();
    private Task[]? _running;
    private int _callers;
    private bool _isClosed;

    /// <summary>Takes a caller in, who leaves by disposing.</summary>
    /// <exception cref="RestorerBusyException">There are as many as may be.</exception>
    public IDisposable Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(IImageRestorer));
            if (_callers >= threads + waiting)
                throw new RestorerBusyException(
                    $"Restorer {name} is busy: {threads} of its callers may be served at once and {waiting} may wait.",
                    $"Try again later, or raise {nameof(RestorerOptions.MaxWaiting)}.");
            _callers++;
        }

        return new Caller(this);
    }

    /// <summary>Runs on one of the threads.</summary>
    /// <param name="body">The work; its token says when to stop.</param>
    /// <param name="cancellation">Leaves the queue, or stops the work.</param>
    public async Task<T> Run<T>(Func<CancellationToken, T> body, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var work = new Work<T>(body, cancellation);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(IImageRestorer));
            _running ??= [.. Enumerable.Range(0, threads).Select(_ => WorkerThreads.Start(Serve))];
            _queue.AddLast(work.Place);
            Monitor.Pulse(_gate);
        }

        using var leaving = cancellation.UnsafeRegister(_ => Withdraw(work), null);
        return await work.Result.ConfigureAwait(false);
    }

    /// <summary>Refuses new work, fails what waits, stops what runs, and waits for it; a second time it waits alone.</summary>
    public async Task Close()
    {
        bool isFirst;
        lock (_gate)
        {
            isFirst = !_isClosed;
            _isClosed = true;
            foreach (var work in _queue)
                work.Fail(Stopped());
            _queue.Clear();
            Monitor.PulseAll(_gate);
        }

        if (isFirst)
            await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running ?? []).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _closing.Dispose();

    private void Serve()
    {
        while (Next() is { } work)
            work.Do(Stopped, _closing.Token);
    }

    private Work? Next()
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_isClosed)
                    return null;
                Monitor.Wait(_gate);
            }

            var work = _queue.First!.Value;
            _queue.RemoveFirst();
            return work;
        }
    }

    private void Withdraw(Work work)
    {
        lock (_gate)
        {
            // What is being worked on notices by itself.
            if (work.Place.List is null)
                return;
            _queue.Remove(work.Place);
        }

        work.Cancel();
    }

    private void Leave()
    {
        lock (_gate)
            _callers--;
    }

    private IRConStyleException Stopped()
        => new($"Restorer {name} was disposed of before the image was restored.", "Wait for its tasks before the host stops.");

    private sealed class Caller(RestorerThreads owner) : IDisposable
    {
        public void Dispose() => owner.Leave();
    }

    private abstract class Work
    {
        protected Work() => Place = new LinkedListNode<Work>(this);

        /// <summary>In the queue while nobody has begun.</summary>
        public LinkedListNode<Work> Place { get; }

        public abstract void Do(Func<Exception> stopped, CancellationToken closing);

        public abstract void Cancel();

        public abstract void Fail(Exception exception);
    }

    // Whoever awaits the result goes on elsewhere: the thread is for the next caller.
    private sealed class Work<T>(Func<CancellationToken, T> body, CancellationToken cancellation) : Work
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => _result.Task;

        public override void Do(Func<Exception> stopped, CancellationToken closing)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, closing);
            try
            {
                _result.SetResult(body(stop.Token));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                Cancel();
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                Fail(stopped());
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
        }

        public override void Cancel() => _result.TrySetCanceled(cancellation);

        public override void Fail(Exception exception) => _result.TrySetException(exception);
    }
}

using TorchSharp;

namespace IRConStyle.Framework.Inference;

/// <summary>
/// Threads that compute side by side, each with its share of libtorch's threads. Rather that than one image on all of
/// them: every layer waits for the slowest thread, the more so where something else needs a core.
/// </summary>
internal static class WorkerThreads
{
    private static readonly Lock Setting = new();

    /// <summary>Runs one body on each of several threads, and waits for all.</summary>
    /// <param name="workers">How many; a single one runs on the calling thread, with its own number of threads.</param>
    /// <param name="body">The work, which takes from something common until nothing is left.</param>
    /// <remarks>What a body throws is thrown as it is, when all have come to their ends; of several the first worker's.</remarks>
    public static void Run(int workers, Action body)
    {
        if (workers == 1)
        {
            body();
            return;
        }

        var share = Math.Max(1, torch.get_num_threads() / workers);
        var tasks = Enumerable.Range(0, workers).Select(_ => Start(() =>
        {
            SetOwn(share);
            body();
        })).ToArray();
        Task.WhenAll(tasks).GetAwaiter().GetResult();
    }

    /// <summary>
    /// Sets how many threads libtorch takes for the calling thread alone. It keeps the number for each thread, but a new thread starts with
    /// the last one set anywhere, which may be one in another part of the program: that number is put back.
    /// </summary>
    /// <param name="threads">How many.</param>
    public static void SetOwn(int threads)
    {
        lock (Setting)
        {
            var inherited = 0;
            OnNewThread(() => inherited = torch.get_num_threads());
            torch.set_num_threads(threads);
            OnNewThread(() => torch.set_num_threads(inherited));
        }
    }

    /// <summary>Gives one of several workers the threads of so many, while those wait.</summary>
    /// <param name="workers">How many; one for its own alone.</param>
    /// <param name="body">The work.</param>
    public static T With<T>(int workers, Func<T> body)
    {
        if (workers == 1)
            return body();
        var own = torch.get_num_threads();
        SetOwn(own * workers);
        try
        {
            return body();
        }
        finally
        {
            SetOwn(own);
        }
    }

    /// <summary>On a thread of its own: the pool's serve others, and would keep the number.</summary>
    public static Task Start(Action body) => Task.Factory.StartNew(
        body, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    private static void OnNewThread(ThreadStart body)
    {
        var thread = new Thread(body) { IsBackground = true };
        thread.Start();
        thread.Join();
    }
}

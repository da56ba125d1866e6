using TorchSharp;

namespace IRConStyle.Framework.Inference;

/// <summary>
/// Threads that compute side by side, each with its share of libtorch's threads. Rather that than one image on all of
/// them: every layer waits for the slowest thread, the more so where something else needs a core.
/// </summary>
internal static class WorkerThreads
{
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

        // libtorch keeps the number for each thread, and a new thread starts with the last one set anywhere.
        var all = torch.get_num_threads();
        var share = Math.Max(1, all / workers);
        var tasks = Enumerable.Range(0, workers).Select(_ => Start(() =>
        {
            torch.set_num_threads(share);
            body();
        })).ToArray();
        try
        {
            Task.WhenAll(tasks).GetAwaiter().GetResult();
        }
        finally
        {
            torch.set_num_threads(all);
        }
    }

    /// <summary>Gives one of several workers the threads of so many, while those wait.</summary>
    /// <param name="workers">How many; one for its own alone.</param>
    /// <param name="body">The work.</param>
    public static T With<T>(int workers, Func<T> body)
    {
        var own = torch.get_num_threads();
        torch.set_num_threads(own * workers);
        try
        {
            return body();
        }
        finally
        {
            torch.set_num_threads(own);
        }
    }

    /// <summary>On a thread of its own: the pool's serve others, and would keep the number.</summary>
    public static Task Start(Action body) => Task.Factory.StartNew(
        body, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}

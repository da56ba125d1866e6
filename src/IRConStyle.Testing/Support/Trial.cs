using System.Runtime.ExceptionServices;
using IRConStyle.Framework.Native;
using TorchSharp;

namespace IRConStyle.Testing.Support;

/// <summary>Where checks happen: with libtorch loaded, the same random numbers each time, and nothing left behind.</summary>
internal static class Trial
{
    private const int Threads = 2, PassesPerThread = 5;

    /// <summary>Begins a check; whatever it makes goes with the scope.</summary>
    /// <param name="seed">Decides weights and images.</param>
    public static DisposeScope Begin(long seed = 1)
    {
        TorchNative.EnsureLoaded();
        torch.random.manual_seed(seed);
        return torch.NewDisposeScope();
    }

    /// <summary>Tensors that this thread has made and that are still there.</summary>
    public static long LiveTensors => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    /// <summary>Fails when a repeated action leaves tensors behind.</summary>
    /// <param name="action">Disposes what it is given.</param>
    /// <param name="what">The action, as the beginning of a sentence.</param>
    /// <param name="repetitions">How often it is repeated.</param>
    public static void RequireNothingLeft(Action action, string what, int repetitions = 30)
    {
        // What is made once and kept, such as a cache, is no leak.
        action();
        action();
        var before = LiveTensors;
        for (var i = 0; i < repetitions; i++)
            action();
        var left = LiveTensors - before;
        Require.That(
            left <= 0,
            $"{what} {repetitions} times left {left} tensors behind",
            "Dispose of every tensor that is not returned: in a dispose scope (torch.NewDisposeScope), or by using.");
    }

    /// <summary>Runs passes on several threads, which begin each pass together.</summary>
    /// <param name="pass">Given the thread's number from 0, to work on something of its own; compares what comes of it with what is due.</param>
    public static void OnSeveralThreads(Action<int> pass)
    {
        using var together = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                try
                {
                    for (var i = 0; i < PassesPerThread; i++)
                    {
                        together.SignalAndWait();
                        pass(thread);
                    }
                }
                finally
                {
                    // Otherwise the other thread would wait for one that has failed.
                    together.RemoveParticipant();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        try
        {
            Task.WaitAll(threads);
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }
}

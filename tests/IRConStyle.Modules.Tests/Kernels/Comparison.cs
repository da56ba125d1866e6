using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests.Kernels;

/// <summary>What tests of fused and layered forms have in common.</summary>
internal static class Comparison
{
    /// <summary>Runs with a number of libtorch's threads, and puts the former one back.</summary>
    public static T WithThreads<T>(int threads, Func<T> run)
    {
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            return run();
        }
        finally
        {
            set_num_threads(before);
        }
    }

    /// <summary>The largest difference, relative to the peak of what is expected.</summary>
    public static double Difference(Tensor actual, Tensor expected) =>
        ((actual - expected).abs().max() / expected.abs().max()).item<float>();
}

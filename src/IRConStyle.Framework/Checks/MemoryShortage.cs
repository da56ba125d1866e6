using TorchSharp;

namespace IRConStyle.Framework.Checks;

/// <summary>Tells memory that ran out from other failures, so that smaller images are advised where they help.</summary>
internal static class MemoryShortage
{
    /// <summary>What helps, in whichever verb.</summary>
    public const string Remedy =
        "Memory ran out. Restore in smaller tiles (a smaller IRConStyle:Inference:MemoryBudget); "
        + "train with smaller patches or batches (Training:PatchSize, Training:BatchSize; Training:AccumulateBatches keeps the step).";

    // libtorch's allocators say it in words alone; CUDA's libraries by a status.
    private static readonly string[] Words = ["out of memory", "can't allocate memory", "not enough memory", "ALLOC_FAILED"];

    /// <summary>Whether an exception, or what caused it, is memory that ran out.</summary>
    /// <param name="exception">The exception.</param>
    public static bool Caused(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is OutOfMemoryException or InsufficientMemoryException
                || (exception is System.Runtime.InteropServices.ExternalException
                    && Array.Exists(Words, words => exception.Message.Contains(words, StringComparison.OrdinalIgnoreCase))))
                return true;
        return false;
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// Something computed from weights once, and again when they have changed: loaded, trained, moved, or written to in whatever
/// way. That is noticed by their content, which is looked at every time: an optimizer that works on one flat buffer shares
/// memory with the weights and nothing else that would tell.
/// </summary>
/// <remarks>Looking costs what reading the weights costs, a small part of computing with them.</remarks>
/// <typeparam name="T">What is computed. What is outdated is left to the collector, because another thread may still use it.</typeparam>
public sealed class WeightCache<T>
    where T : class
{
    private Entry? _entry;

    /// <summary>What belongs to the weights as they are now.</summary>
    /// <param name="compute">Computes it.</param>
    /// <param name="weights">All that it is computed from; null for those that are not there.</param>
    /// <returns>It, or null where a weight is not on the CPU in one piece.</returns>
    public T? Find(Func<T> compute, params ReadOnlySpan<Tensor?> weights)
    {
        ArgumentNullException.ThrowIfNull(compute);
        var fingerprint = new Fingerprint();
        fingerprint.Add((ulong)FusedKernels.Form);
        foreach (var weight in weights)
        {
            if (weight is null)
                continue;
            if (weight.device_type != DeviceType.CPU || !weight.is_contiguous())
                return null;
            fingerprint.Add((ulong)weight.dtype);
            fingerprint.Add(weight.bytes);
        }

        // Two threads may compute the same at once; either result will do.
        var entry = Volatile.Read(ref _entry);
        if (entry is null || entry.Fingerprint != fingerprint)
        {
            entry = new Entry(fingerprint, compute());
            Volatile.Write(ref _entry, entry);
        }

        return entry.Value;
    }

    /// <summary>Forgets what is there, and disposes it if it can be disposed: for when nobody computes with it any more.</summary>
    public void Clear()
    {
        (_entry?.Value as IDisposable)?.Dispose();
        _entry = null;
    }

    private sealed record Entry(Fingerprint Fingerprint, T Value);
}

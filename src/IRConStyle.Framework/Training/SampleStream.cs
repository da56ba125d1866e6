using System.Threading.Channels;
using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Training;

/// <summary>A batch of training patches; dispose it after the step.</summary>
/// <param name="Degraded">N×C×H×W, nominally in [0,1].</param>
/// <param name="Clean">N×C×H×W, in [0,1].</param>
public sealed record TrainingBatch(torch.Tensor Degraded, torch.Tensor Clean) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Degraded.Dispose();
        Clean.Dispose();
    }
}

/// <summary>
/// An endless, shuffled stream of training patches, loaded ahead on other threads. What comes out is a pure function of
/// the seed and the position, whatever the number of threads.
/// </summary>
/// <param name="dataset">Where pairs come from.</param>
/// <param name="seed">Decides order, patches, augmentation and degradations.</param>
/// <param name="patchSize">Side of the patches in pixels.</param>
/// <param name="threads">How many pairs are loaded at once.</param>
public sealed class SampleStream(IRestorationDataset dataset, ulong seed, int patchSize, int threads)
{
    private readonly Lock _orderGate = new();
    private ulong _orderEpoch = ulong.MaxValue;
    private int[] _order = [];

    /// <summary>Loads the patch at a position; the caller disposes it.</summary>
    /// <param name="position">From 0 upwards without end.</param>
    public RestorationSample Load(ulong position)
    {
        var (epoch, step) = Math.DivRem(position, (ulong)dataset.Count);
        int index;
        lock (_orderGate)
        {
            if (_orderEpoch != epoch)
                (_orderEpoch, _order) = (epoch, SplitMix.Permutation(SplitMix.At(seed, epoch), dataset.Count));
            index = _order[step];
        }

        return dataset.Load(index, new SampleRequest(SplitMix.At(~seed, position), patchSize, Augment: true));
    }

    /// <summary>
    /// Batches from a position on, without end. Enumerated on the thread that trains: it blocks while data is missing, so
    /// that all tensor work of a run stays on one thread.
    /// </summary>
    /// <param name="first">The position of the first patch.</param>
    /// <param name="batchSize">Patches per batch.</param>
    /// <param name="cancellation">Ends the stream.</param>
    /// <returns>Batches on the CPU; the caller disposes each.</returns>
    /// <exception cref="OperationCanceledException">The stream was cancelled.</exception>
    public IEnumerable<TrainingBatch> Batches(ulong first, int batchSize, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var slots = new SemaphoreSlim(threads);
        var pending = Channel.CreateBounded<Task<RestorationSample>>(2 * batchSize);
        var producer = ProduceAsync(pending.Writer, first, slots, stop.Token);
        var samples = new List<RestorationSample>(batchSize);
        try
        {
            while (true)
            {
                while (samples.Count < batchSize)
                {
                    var load = pending.Reader.ReadAsync(stop.Token).AsTask().GetAwaiter().GetResult();
                    samples.Add(load.GetAwaiter().GetResult());
                }

                var batch = Stack(samples);
                samples.ForEach(sample => sample.Dispose());
                samples.Clear();
                yield return batch;
            }
        }
        finally
        {
            stop.Cancel();
            samples.ForEach(sample => sample.Dispose());
            DrainAsync(producer, pending.Reader).GetAwaiter().GetResult();
        }
    }

    /// <summary>Waits for what is under way, so that nothing outlives the stream.</summary>
    private static async Task DrainAsync(Task producer, ChannelReader<Task<RestorationSample>> pending)
    {
        await producer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (pending.TryRead(out var left))
        {
            await ((Task)left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (left.IsCompletedSuccessfully)
                left.Result.Dispose();
        }
    }

    private static TrainingBatch Stack(List<RestorationSample> samples) => new(
        torch.stack(samples.Select(sample => sample.Degraded)).DetachFromDisposeScope(),
        torch.stack(samples.Select(sample => sample.Clean)).DetachFromDisposeScope());

    private async Task ProduceAsync(
        ChannelWriter<Task<RestorationSample>> writer, ulong first, SemaphoreSlim slots, CancellationToken stop)
    {
        for (var position = first; ; position++)
        {
            // Room first: a load that was started and found none when the stream ends would belong to nobody.
            await writer.WaitToWriteAsync(stop).ConfigureAwait(false);
            await slots.WaitAsync(stop).ConfigureAwait(false);
            writer.TryWrite(LoadAsync(position, slots));
        }
    }

    private async Task<RestorationSample> LoadAsync(ulong position, SemaphoreSlim slots)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            return Load(position);
        }
        finally
        {
            slots.Release();
        }
    }
}

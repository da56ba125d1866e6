using System.Threading.Channels;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checks;
using IRConStyle.Framework.Numerics;
using TorchSharp;

namespace IRConStyle.Training.Samples;

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
internal sealed class SampleStream
{
    private readonly IRestorationDataset _dataset;
    private readonly ulong _seed;
    private readonly int _threads;
    private readonly UnreadableImages _unreadable;
    private readonly Lock _orderGate = new();
    private ulong _orderEpoch = ulong.MaxValue;
    private int[] _order = [];

    /// <summary>Opens a stream; nothing is loaded yet.</summary>
    /// <param name="dataset">Where pairs come from.</param>
    /// <param name="seed">Decides order, patches, augmentation and degradations.</param>
    /// <param name="threads">How many pairs are loaded at once.</param>
    /// <param name="unreadable">Counts images that cannot be read.</param>
    public SampleStream(IRestorationDataset dataset, ulong seed, int threads, UnreadableImages unreadable)
        => (_dataset, _seed, _threads, _unreadable) = (dataset, seed, threads, unreadable);

    /// <summary>Loads the patch at a position; the caller disposes it.</summary>
    /// <param name="position">From 0 upwards without end.</param>
    /// <param name="patchSize">Its side in pixels.</param>
    /// <exception cref="IRConStyleException">More images than allowed cannot be read.</exception>
    public RestorationSample Load(ulong position, int patchSize)
    {
        var (epoch, step) = Math.DivRem(position, (ulong)_dataset.Count);
        var order = OrderOf(epoch);
        var request = new SampleRequest(SplitMix64.At(~_seed, position), patchSize, Augment: true);
        for (var attempt = 0; ; attempt++)
        {
            // Another image stands in for one that cannot be read: always the same, so that the stream stays a function.
            var index = order[((int)step + attempt) % order.Length];
            try
            {
                return _dataset.Load(index, request);
            }
            catch (IRConStyleException error) when (error is not ComponentFaultException)
            {
                _unreadable.Add(_dataset.NameOf(index), error);
                if (attempt + 1 == order.Length)
                    throw;
            }
        }
    }

    /// <summary>
    /// The batches of each iteration, without end. Enumerated on the thread that trains: it blocks while data is missing, so
    /// that all tensor work of a run stays on one thread.
    /// </summary>
    /// <param name="plan">What each iteration takes.</param>
    /// <param name="firstIteration">The first iteration, from 1.</param>
    /// <param name="cancellation">Ends the stream.</param>
    /// <returns>Batches on the CPU; the caller disposes each.</returns>
    /// <exception cref="OperationCanceledException">The stream was cancelled.</exception>
    /// <exception cref="IRConStyleException">More images than allowed cannot be read.</exception>
    public IEnumerable<IReadOnlyList<TrainingBatch>> Batches(BatchPlan plan, int firstIteration, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var slots = new SemaphoreSlim(_threads);
        var pending = Channel.CreateBounded<Task<RestorationSample>>(Math.Max(2 * plan.MostSamples, _threads));
        var producer = ProduceAsync(pending.Writer, plan, firstIteration, slots, stop.Token);
        var samples = new List<RestorationSample>(plan.MostSamples);
        var batches = new List<TrainingBatch>();
        try
        {
            for (var iteration = firstIteration; ; iteration++)
            {
                var planned = plan.At(iteration);
                while (batches.Count < planned.Batches)
                {
                    while (samples.Count < planned.BatchSize)
                    {
                        var load = pending.Reader.ReadAsync(stop.Token).AsTask().GetAwaiter().GetResult();
                        samples.Add(load.GetAwaiter().GetResult());
                    }

                    batches.Add(Stack(samples));
                    samples.ForEach(sample => sample.Dispose());
                    samples.Clear();
                }

                TrainingBatch[] handed = [.. batches];
                batches.Clear();
                yield return handed;
            }
        }
        finally
        {
            stop.Cancel();
            samples.ForEach(sample => sample.Dispose());
            batches.ForEach(batch => batch.Dispose());
            DrainAsync(producer, pending.Reader).GetAwaiter().GetResult();
        }
    }

    private int[] OrderOf(ulong epoch)
    {
        lock (_orderGate)
        {
            if (_orderEpoch != epoch)
                (_orderEpoch, _order) = (epoch, Permutation.Of(SplitMix64.At(_seed, epoch), _dataset.Count));
            return _order;
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
        ChannelWriter<Task<RestorationSample>> writer, BatchPlan plan, int firstIteration, SemaphoreSlim slots, CancellationToken stop)
    {
        for (var iteration = firstIteration; ; iteration++)
        {
            var planned = plan.At(iteration);
            foreach (var position in planned.Positions())
            {
                // Room first: a load that was started and found none when the stream ends would belong to nobody.
                await writer.WaitToWriteAsync(stop).ConfigureAwait(false);
                await slots.WaitAsync(stop).ConfigureAwait(false);
                writer.TryWrite(LoadAsync(position, planned.PatchSize, slots));
            }
        }
    }

    private async Task<RestorationSample> LoadAsync(ulong position, int patchSize, SemaphoreSlim slots)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            return Load(position, patchSize);
        }
        finally
        {
            slots.Release();
        }
    }
}

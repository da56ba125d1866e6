using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;

namespace IRConStyle.Training.Samples;

/// <summary>Which patches every iteration takes: a pure function of the options, so that a run can be continued anywhere.</summary>
internal sealed class BatchPlan
{
    private readonly (int From, int PatchSize, int BatchSize)[] _stages;
    private readonly int _batches;
    private readonly int _rank;
    private readonly int _ranks;

    /// <summary>Lays the stages of progressive training end to end.</summary>
    /// <param name="options">Patch, batch, accumulation and stages.</param>
    /// <param name="rank">Which of the processes that train together this one is, from 0.</param>
    /// <param name="ranks">How many they are: together they take what one takes that accumulates as many times the batches.</param>
    /// <exception cref="IRConStyleException">The stages are not in order.</exception>
    public BatchPlan(TrainingOptions options, int rank = 0, int ranks = 1)
    {
        (_batches, _rank, _ranks) = (options.AccumulateBatches, rank, ranks);
        var stages = options.Stages.Select(stage => (stage.From, stage.PatchSize, stage.BatchSize));
        _stages = options.Stages.Length > 0 && options.Stages[0].From == 1
            ? [.. stages]
            : [(1, options.PatchSize, options.BatchSize), .. stages];
        for (var i = 1; i < _stages.Length; i++)
            if (_stages[i].From <= _stages[i - 1].From)
                throw new IRConStyleException(
                    $"Training:Stages:{i} begins at iteration {_stages[i].From}, not after the stage before it ({_stages[i - 1].From}).",
                    "Order the stages by From.");
    }

    /// <summary>The first iteration and the patch of each stage that is not over.</summary>
    /// <param name="iteration">The next iteration, from 1.</param>
    public IEnumerable<(int From, int PatchSize)> StagesFrom(int iteration)
        => _stages.Where((_, index) => index + 1 == _stages.Length || _stages[index + 1].From > iteration)
            .Select(stage => (stage.From, stage.PatchSize));

    /// <summary>The largest number of patches of one iteration.</summary>
    public int MostSamples => _stages.Max(stage => stage.BatchSize) * _batches;

    /// <summary>What one iteration takes.</summary>
    /// <param name="iteration">From 1.</param>
    public PlannedBatch At(int iteration)
    {
        ulong position = 0;
        for (var i = 0; ; i++)
        {
            var (from, patch, batch) = _stages[i];
            var end = i + 1 < _stages.Length ? _stages[i + 1].From : int.MaxValue;
            var samples = (ulong)batch * (ulong)_batches * (ulong)_ranks;
            if (iteration < end)
                return new PlannedBatch(position + (ulong)(iteration - from) * samples, patch, batch, _batches, _rank, _ranks);
            position += (ulong)(end - from) * samples;
        }
    }
}

/// <summary>The patches that one process takes in one iteration: of all processes' batches every <paramref name="Ranks"/>th.</summary>
/// <param name="Position">The place in the stream of the iteration's first patch, whichever process takes it.</param>
/// <param name="PatchSize">Side of the patches in pixels.</param>
/// <param name="BatchSize">Patches per batch.</param>
/// <param name="Batches">Batches per iteration of this process.</param>
/// <param name="Rank">Which process this is, from 0.</param>
/// <param name="Ranks">How many processes there are.</param>
internal sealed record PlannedBatch(ulong Position, int PatchSize, int BatchSize, int Batches, int Rank = 0, int Ranks = 1)
{
    /// <summary>The number that a batch of this process has among those of all processes in this iteration, from 0.</summary>
    /// <param name="batch">From 0 to <see cref="Batches"/> − 1.</param>
    public int NumberOf(int batch) => batch * Ranks + Rank;

    /// <summary>The places of this process's patches in the stream, batch by batch.</summary>
    public IEnumerable<ulong> Positions()
    {
        for (var batch = 0; batch < Batches; batch++)
            for (var patch = 0; patch < BatchSize; patch++)
                yield return Position + (ulong)NumberOf(batch) * (ulong)BatchSize + (ulong)patch;
    }
}

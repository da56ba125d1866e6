using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;

namespace IRConStyle.Training.Samples;

/// <summary>Which patches every iteration takes: a pure function of the options, so that a run can be continued anywhere.</summary>
internal sealed class BatchPlan
{
    private readonly (int From, int PatchSize, int BatchSize)[] _stages;
    private readonly int _batches;

    /// <summary>Lays the stages of progressive training end to end.</summary>
    /// <param name="options">Patch, batch, accumulation and stages.</param>
    /// <exception cref="IRConStyleException">The stages are not in order.</exception>
    public BatchPlan(TrainingOptions options)
    {
        _batches = options.AccumulateBatches;
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
            var samples = (ulong)batch * (ulong)_batches;
            if (iteration < end)
                return new PlannedBatch(position + (ulong)(iteration - from) * samples, patch, batch, _batches);
            position += (ulong)(end - from) * samples;
        }
    }
}

/// <summary>The patches of one iteration.</summary>
/// <param name="Position">The first patch's place in the stream.</param>
/// <param name="PatchSize">Side of the patches in pixels.</param>
/// <param name="BatchSize">Patches per batch.</param>
/// <param name="Batches">Batches per iteration.</param>
internal sealed record PlannedBatch(ulong Position, int PatchSize, int BatchSize, int Batches);

using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Optimization;
using IRConStyle.Training.Runs;
using IRConStyle.Training.Samples;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace IRConStyle.Training.Tests;

/// <summary>Several processes that train together, played by threads.</summary>
[Collection(CountsTensors.Name)]
public sealed class DataParallelTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    public void Ranks_take_together_what_one_process_takes_that_accumulates_as_many_batches(int ranks, int accumulate)
    {
        TrainingOptions Options(int batches) => new()
        {
            BatchSize = 3, PatchSize = 8, AccumulateBatches = batches, Stages = [new() { From = 3, BatchSize = 2, PatchSize = 10 }],
        };
        using var scope = torch.NewDisposeScope();
        var whole = Take(new BatchPlan(Options(accumulate * ranks)));
        for (var rank = 0; rank < ranks; rank++)
        {
            var part = Take(new BatchPlan(Options(accumulate), rank, ranks));
            for (var iteration = 0; iteration < 4; iteration++)
                part[iteration].Length.ShouldBe(accumulate);
            for (var iteration = 0; iteration < 4; iteration++)
                for (var batch = 0; batch < accumulate; batch++)
                    EngineHost.Difference(part[iteration][batch], whole[iteration][batch * ranks + rank]).ShouldBe(0, $"rank {rank}, iteration {iteration + 1}");
        }
    }

    [Fact]
    public async Task Two_ranks_begin_equal_stay_equal_and_learn_what_one_process_learns()
    {
        using var alone = Host(null, ("AccumulateBatches", "2"));
        var expected = await Train(alone, "alone");

        var exchange = new Exchange(2);
        using var first = Host(new Rank(0, exchange));
        using var second = Host(new Rank(1, exchange));
        // Both draw their first weights from the one generator this process has: one after the other.
        var running = Train(first, "first");
        await exchange.FirstArrived;
        await Task.WhenAll(running, Train(second, "second"));

        using var scope = torch.NewDisposeScope();
        foreach (var (name, value) in Weights("alone"))
        {
            EngineHost.Difference(Weights("first")[name], Weights("second")[name]).ShouldBe(0, name);
            EngineHost.Difference(Weights("first")[name], value).ShouldBeLessThan(1e-5, name);
        }

        expected.Completed.ShouldBeTrue();
        exchange.DifferentGradients.ShouldBeTrue("each rank has samples of its own");
    }

    [Fact]
    public async Task Initial_weights_have_a_seed_of_their_own()
    {
        // A rate that moves nothing: what is saved is what it began with.
        (string, string?)[] still = [("LearningRate", "1e-30"), ("WeightDecay", "0"), ("Iterations", "1")];
        foreach (var (run, seed, weights) in new[] { ("a", "1", "5"), ("b", "2", "5"), ("c", "5", null), ("d", "5", "6") })
        {
            using var services = Host(null, [.. still, ("Seed", seed), ("WeightsSeed", weights)]);
            await Train(services, run);
        }

        using var scope = torch.NewDisposeScope();
        var a = Weights("a")["down.weight"];
        EngineHost.Difference(a, Weights("b")["down.weight"]).ShouldBe(0, "another seed of samples");
        EngineHost.Difference(a, Weights("c")["down.weight"]).ShouldBe(0, "without a seed of its own it is that of the samples");
        EngineHost.Difference(a, Weights("d")["down.weight"]).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(-1, 2)]
    [InlineData(0, 0)]
    public async Task A_rank_that_is_none_is_refused(int rank, int size)
    {
        using var services = Host(new Rank(rank, new Exchange(1)) { Size = size });
        (await Should.ThrowAsync<IRConStyleException>(() => Train(services, "run"))).Message.ShouldContain($"rank {rank} of {size}");
    }

    private static torch.Tensor[][] Take(BatchPlan plan)
    {
        var stream = new SampleStream(new SyntheticDataset(new SyntheticOptions(), null), 7, 2, new UnreadableImages(0, NullLogger.Instance));
        return [.. stream.Batches(plan, 1, CancellationToken.None).Take(4).Select(batches => batches.Select(batch =>
        {
            using (batch)
                return torch.cat([batch.Degraded, batch.Clean]);
        }).ToArray())];
    }

    private static ServiceProvider Host(Rank? reducer, params (string Key, string? Value)[] training) => EngineHost.Create(
        """
        { "Pipelines": { "run": { "Backbone": { "Name": "mixed" }, "Training": {
            "Data": { "Name": "synthetic" }, "Losses": [{ "Name": "square" }], "LearningRate": 0.01, "MixUp": { "Probability": 0.6 },
            "Iterations": 6, "BatchSize": 2, "PatchSize": 8, "LoaderThreads": 2, "ReportEvery": 1, "EmaDecay": 0 } } } }
        """,
        services =>
        {
            if (reducer is not null)
                services.AddSingleton<IGradientReducer>(reducer);
        },
        [.. training.Where(entry => entry.Value is not null).Select(entry => ($"Pipelines:run:Training:{entry.Key}", entry.Value))]);

    private Task<TrainingResult> Train(ServiceProvider services, string output)
        => services.GetRequiredService<Trainer>().RunAsync(new TrainingRequest("run", _directory.File(output), "cpu"), CancellationToken.None);

    private Dictionary<string, torch.Tensor> Weights(string run)
    {
        using var reader = SafeTensorsReader.Open(_directory.File(run, RunFiles.Weights));
        return reader.Entries.Keys.ToDictionary(name => name, name => reader.Read(name));
    }

    /// <summary>Where ranks meet.</summary>
    private sealed class Exchange(int size)
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly torch.Tensor[] _gradients = new torch.Tensor[size];
        private readonly Barrier _barrier = new(size);

        public Task FirstArrived => _arrived.Task;

        public bool DifferentGradients { get; private set; }

        public int Size => size;

        public void Mean(int rank, torch.Tensor gradients)
        {
            using var scope = torch.NewDisposeScope();
            _gradients[rank] = gradients;
            _arrived.TrySetResult();
            _barrier.SignalAndWait();
            var mean = _gradients.Aggregate((sum, term) => sum + term) / size;
            DifferentGradients |= EngineHost.Difference(_gradients[0], _gradients[^1]) > 0;
            _barrier.SignalAndWait();
            gradients.copy_(mean);
            _barrier.SignalAndWait();
        }
    }

    private sealed class Rank(int rank, Exchange exchange) : IGradientReducer
    {
        int IGradientReducer.Rank => rank;

        public int Size { get; init; } = exchange.Size;

        public void Reduce(torch.Tensor gradients) => exchange.Mean(rank, gradients);
    }
}

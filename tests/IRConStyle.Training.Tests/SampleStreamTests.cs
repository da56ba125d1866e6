using IRConStyle.Abstractions;
using IRConStyle.Framework.Checks;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using IRConStyle.Training.Samples;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace IRConStyle.Training.Tests;

[Collection(CountsTensors.Name)]
public class SampleStreamTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Batches_do_not_depend_on_the_number_of_threads(int threads)
    {
        using var scope = torch.NewDisposeScope();
        var expected = Take(Stream(Data(), threads: 1), 4);
        var actual = Take(Stream(Data(), threads), 4);
        expected.Zip(actual).ShouldAllBe(pair => EngineHost.Difference(pair.First, pair.Second) == 0);
    }

    [Fact]
    public void Batches_go_on_from_any_iteration()
    {
        using var scope = torch.NewDisposeScope();
        var stream = Stream(Data(), threads: 2);
        var all = Take(stream, 4);
        var rest = Take(stream, 2, first: 3);
        EngineHost.Difference(all[2], rest[0]).ShouldBe(0);
        EngineHost.Difference(all[3], rest[1]).ShouldBe(0);
    }

    [Fact]
    public void Patches_and_batches_change_at_their_iteration_and_no_sample_is_left_out_or_shown_twice()
    {
        var plan = new BatchPlan(new TrainingOptions
        {
            BatchSize = 4, PatchSize = 8, AccumulateBatches = 2,
            Stages = [new() { From = 3, BatchSize = 3, PatchSize = 10 }, new() { From = 4, BatchSize = 1, PatchSize = 12 }],
        });

        plan.At(1).ShouldBe(new PlannedBatch(0, 8, 4, 2));
        plan.At(2).ShouldBe(new PlannedBatch(8, 8, 4, 2));
        plan.At(3).ShouldBe(new PlannedBatch(16, 10, 3, 2));
        plan.At(4).ShouldBe(new PlannedBatch(22, 12, 1, 2));
        plan.At(1000).ShouldBe(new PlannedBatch(22 + 996 * 2, 12, 1, 2));

        using var scope = torch.NewDisposeScope();
        var shapes = Stream(Data(), threads: 2).Batches(plan, 2, CancellationToken.None).Take(3).SelectMany(batches => batches)
            .Select(batch =>
            {
                using (batch)
                    return (batch.Clean.shape[0], batch.Clean.shape[2]);
            }).ToArray();
        shapes.ShouldBe([(4, 8), (4, 8), (3, 10), (3, 10), (1, 12), (1, 12)]);
    }

    [Fact]
    public void Stages_out_of_order_are_refused()
        => Should.Throw<IRConStyleException>(() => new BatchPlan(new TrainingOptions { Stages = [new() { From = 5 }, new() { From = 5 }] }))
            .Message.ShouldContain("Stages:2");

    [Fact]
    public void Every_epoch_shows_every_pair_once_in_another_order()
    {
        var stream = Stream(Data(), threads: 1);
        var names = Enumerable.Range(0, 15).Select(position =>
        {
            using var sample = stream.Load((ulong)position, 8);
            return sample.Name;
        }).Chunk(5).ToArray();
        names.ShouldAllBe(epoch => epoch.Distinct().Count() == 5);
        names.Select(epoch => string.Join(' ', epoch)).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void Each_visit_of_a_pair_asks_for_another_patch()
    {
        using var scope = torch.NewDisposeScope();
        var batches = Take(Stream(new SyntheticDataset(new SyntheticOptions { Count = 1 }, null), threads: 1), 2, size: 1);
        EngineHost.Difference(batches[0], batches[1]).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Ending_the_stream_disposes_what_was_loaded_ahead(int threads)
    {
        for (var run = 0; run < 5; run++)
        {
            var data = Data();
            var before = EngineHost.LiveTensors();
            foreach (var batches in Stream(data, threads).Batches(Plan(3), 1, CancellationToken.None))
            {
                batches[0].Dispose();
                // Room for that many is always filled, however long it takes.
                SpinWait.SpinUntil(() => data.Handed.Count > 6);
                break;
            }

            data.Handed.Count.ShouldBeGreaterThan(6, "nothing was loaded ahead");
            data.Handed.Count(tensor => !tensor.IsInvalid).ShouldBe(0);
            EngineHost.LiveTensors().ShouldBe(before);
        }
    }

    [Fact]
    public void A_bad_image_too_many_surfaces_as_its_own_error_and_leaves_nothing_behind()
    {
        var data = new SyntheticDataset(new SyntheticOptions { Broken = 2 }, null);
        var stream = new SampleStream(data, 7, 2, new UnreadableImages(0, NullLogger.Instance));
        Should.Throw<IRConStyleException>(() =>
        {
            foreach (var batches in stream.Batches(Plan(4), 1, CancellationToken.None))
                batches[0].Dispose();
        }).Message.ShouldBe("2.png is no image.");
        data.Handed.Count(tensor => !tensor.IsInvalid).ShouldBe(0);
    }

    [Fact]
    public void Another_image_stands_in_for_a_bad_one_and_it_is_counted_once()
    {
        using var scope = torch.NewDisposeScope();
        var unreadable = new UnreadableImages(1, NullLogger.Instance);
        SampleStream Broken(int threads) => new(new SyntheticDataset(new SyntheticOptions { Broken = 2 }, null), 7, threads, unreadable);

        var batches = Take(Broken(1), 6);
        var again = Take(Broken(3), 2, first: 5);

        unreadable.Count.ShouldBe(1);
        EngineHost.Difference(batches[4], again[0]).ShouldBe(0);
        EngineHost.Difference(batches[5], again[1]).ShouldBe(0);
        // What stands beside it is what it would have been.
        var whole = Take(Stream(Data(), threads: 1), 6);
        batches.Zip(whole).Count(pair => EngineHost.Difference(pair.First, pair.Second) == 0).ShouldBeInRange(1, 5);
    }

    [Fact]
    public void A_plugins_fault_is_no_unreadable_image()
    {
        var unreadable = new UnreadableImages(10, NullLogger.Instance);
        var stream = new SampleStream(new Faulty(), 7, 1, unreadable);
        Should.Throw<ComponentFaultException>(() => stream.Load(0, 8));
        unreadable.Count.ShouldBe(0);
    }

    [Fact]
    public void Cancelling_ends_the_stream()
    {
        var data = Data();
        using var cancellation = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() =>
        {
            foreach (var batches in Stream(data, threads: 2).Batches(Plan(2), 1, cancellation.Token))
            {
                batches[0].Dispose();
                cancellation.Cancel();
            }
        });
        data.Handed.Count(tensor => !tensor.IsInvalid).ShouldBe(0);
    }

    private sealed class Faulty : IRestorationDataset
    {
        public int Count => 3;

        public string NameOf(int index) => $"{index}.png";

        public RestorationSample Load(int index, SampleRequest request) => throw new ComponentFaultException("The dataset failed.");
    }

    private static SyntheticDataset Data() => new(new SyntheticOptions(), null);

    private static SampleStream Stream(SyntheticDataset data, int threads) => new(data, 7, threads, new UnreadableImages(0, NullLogger.Instance));

    private static BatchPlan Plan(int batchSize) => new(new TrainingOptions { BatchSize = batchSize, PatchSize = 8 });

    private static torch.Tensor[] Take(SampleStream stream, int count, int first = 1, int size = 3)
        => [.. stream.Batches(Plan(size), first, CancellationToken.None).Take(count).Select(batches =>
        {
            using var batch = batches.ShouldHaveSingleItem();
            return torch.cat([batch.Degraded, batch.Clean]);
        })];
}

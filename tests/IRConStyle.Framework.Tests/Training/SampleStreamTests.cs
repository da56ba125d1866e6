using IRConStyle.Abstractions;
using IRConStyle.Framework.Tests.Engine;
using IRConStyle.Framework.Training;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Training;

[Collection(CountsTensors.Name)]
public class SampleStreamTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Batches_do_not_depend_on_the_number_of_threads(int threads)
    {
        using var scope = torch.NewDisposeScope();
        var expected = Take(new SampleStream(Data(), 7, 8, threads: 1), 4);
        var actual = Take(new SampleStream(Data(), 7, 8, threads), 4);
        expected.Zip(actual).ShouldAllBe(pair => EngineHost.Difference(pair.First, pair.Second) == 0);
    }

    [Fact]
    public void Batches_go_on_from_any_position()
    {
        using var scope = torch.NewDisposeScope();
        var stream = new SampleStream(Data(), 7, 8, threads: 2);
        var all = Take(stream, 4);
        var rest = Take(stream, 2, first: 6);
        EngineHost.Difference(all[2], rest[0]).ShouldBe(0);
        EngineHost.Difference(all[3], rest[1]).ShouldBe(0);
    }

    [Fact]
    public void Every_epoch_shows_every_pair_once_in_another_order()
    {
        var stream = new SampleStream(Data(), 7, 8, threads: 1);
        var names = Enumerable.Range(0, 15).Select(position =>
        {
            using var sample = stream.Load((ulong)position);
            return sample.Name;
        }).Chunk(5).ToArray();
        names.ShouldAllBe(epoch => epoch.Distinct().Count() == 5);
        names.Select(epoch => string.Join(' ', epoch)).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void Each_visit_of_a_pair_asks_for_another_patch()
    {
        using var scope = torch.NewDisposeScope();
        var batches = Take(new SampleStream(new SyntheticDataset(new SyntheticOptions { Count = 1 }, null), 7, 8, threads: 1), 2, size: 1);
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
            foreach (var batch in new SampleStream(data, 7, 8, threads).Batches(0, 3, CancellationToken.None))
            {
                batch.Dispose();
                SpinWait.SpinUntil(() => data.Handed.Count > 6, TimeSpan.FromSeconds(30));
                break;
            }

            data.Handed.Count.ShouldBeGreaterThan(6, "nothing was loaded ahead");
            data.Handed.Count(tensor => !tensor.IsInvalid).ShouldBe(0);
            EngineHost.LiveTensors().ShouldBe(before);
        }
    }

    [Fact]
    public void A_bad_image_surfaces_as_its_own_error_and_leaves_nothing_behind()
    {
        var data = new SyntheticDataset(new SyntheticOptions { Broken = 2 }, null);
        var stream = new SampleStream(data, 7, 8, threads: 2);
        Should.Throw<IRConStyleException>(() =>
        {
            foreach (var batch in stream.Batches(0, 4, CancellationToken.None))
                batch.Dispose();
        }).Message.ShouldBe("2.png is no image.");
        data.Handed.Count(tensor => !tensor.IsInvalid).ShouldBe(0);
    }

    [Fact]
    public void Cancelling_ends_the_stream()
    {
        var data = Data();
        using var cancellation = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() =>
        {
            foreach (var batch in new SampleStream(data, 7, 8, threads: 2).Batches(0, 2, cancellation.Token))
            {
                batch.Dispose();
                cancellation.Cancel();
            }
        });
        data.Handed.Count(tensor => !tensor.IsInvalid).ShouldBe(0);
    }

    private static SyntheticDataset Data() => new(new SyntheticOptions(), null);

    private static torch.Tensor[] Take(SampleStream stream, int count, ulong first = 0, int size = 3)
        => [.. stream.Batches(first, size, CancellationToken.None).Take(count).Select(batch =>
        {
            using (batch)
                return torch.cat([batch.Degraded, batch.Clean]);
        })];
}

using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Native;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Inference;

public sealed class RestoreLineTests : IDisposable
{
    private readonly ServiceProvider _services = EngineHost.Create();
    private readonly TemporaryDirectory _directory = new();

    public RestoreLineTests() => _services.GetRequiredService<TorchRuntime>().EnsureLoaded();

    public void Dispose()
    {
        _directory.Dispose();
        _services.Dispose();
    }

    private IImageCodec Codec => _services.GetRequiredService<IImageCodec>();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_image_has_its_outcome_in_order_and_is_told_of_once(int workers)
    {
        var jobs = Jobs(12);
        File.WriteAllText(jobs[4].Input, "no image");
        File.Delete(jobs[9].Input);
        var (told, atOnce) = (new List<RestoreOutcome>(), 0);
        var outcomes = Run(jobs, x => 1 - x, workers, outcome =>
        {
            Interlocked.Increment(ref atOnce).ShouldBe(1);
            told.Add(outcome);
            Interlocked.Decrement(ref atOnce);
        });
        outcomes.Select(outcome => outcome.Job).ShouldBe(jobs);
        told.ShouldBe(outcomes, ignoreOrder: true);
        for (var i = 0; i < jobs.Count; i++)
        {
            if (i is 4 or 9)
            {
                outcomes[i].Error.ShouldNotBeNull().Message.ShouldContain(jobs[i].Input);
                File.Exists(jobs[i].Output).ShouldBeFalse();
                continue;
            }

            outcomes[i].Error.ShouldBeNull();
            Codec.Read(jobs[i].Output).Samples.ShouldBe([.. Codec.Read(jobs[i].Input).Samples.Select(sample => (byte)(255 - sample))]);
        }
    }

    [Fact]
    public void Small_images_are_restored_side_by_side()
    {
        using var met = new Barrier(3);
        Run(Jobs(3), x =>
        {
            met.SignalAndWait(TimeSpan.FromSeconds(30)).ShouldBeTrue("three images should be on their way at once");
            return x.clone();
        }, workers: 3).ShouldAllBe(outcome => outcome.Error == null);
    }

    [Fact]
    public void A_large_image_has_all_threads_to_itself()
    {
        var jobs = Jobs(9);
        Write(jobs[4].Input, 200);
        var (small, largeMet) = (0, false);
        var threads = torch.get_num_threads();
        Run(jobs, x =>
        {
            // Tiles of the large image are larger than the small ones.
            if (x.shape[2] <= 20)
            {
                Interlocked.Increment(ref small);
                Thread.Sleep(5);
                Interlocked.Decrement(ref small);
            }
            else
                largeMet |= Volatile.Read(ref small) > 0;
            return x.clone();
        }, workers: 2).ShouldAllBe(outcome => outcome.Error == null);
        largeMet.ShouldBeFalse();
        torch.get_num_threads().ShouldBe(threads);
    }

    [Fact]
    public void After_cancelling_what_was_restored_is_written_and_nothing_else_begun()
    {
        using var stop = new CancellationTokenSource();
        var jobs = Jobs(40);
        var restored = 0;
        Should.Throw<OperationCanceledException>(() => Run(jobs, x =>
        {
            if (Interlocked.Increment(ref restored) == 5)
                stop.Cancel();
            return x.clone();
        }, workers: 2, cancellation: stop.Token));
        jobs.Count(job => File.Exists(job.Output)).ShouldBe(restored);
        restored.ShouldBeLessThan(10);
    }

    [Fact]
    public void A_caller_that_fails_ends_the_run_with_its_own_error()
        => Should.Throw<InvalidTimeZoneException>(() => Run(Jobs(30), x => x.clone(), workers: 2, _ => throw new InvalidTimeZoneException()));

    private IReadOnlyList<RestoreOutcome> Run(
        IReadOnlyList<RestoreJob> jobs, Func<torch.Tensor, torch.Tensor> restore, int workers, Action<RestoreOutcome>? done = null,
        CancellationToken cancellation = default)
    {
        var restorer = FakeNetwork.Restorer(restore, new InferenceOptions { Workers = workers, TileSize = 64 });
        using var line = new RestoreLine(restorer, Codec, new RestoreRequest([]) { Done = done }, NullLogger.Instance);
        return line.Run(jobs, cancellation);
    }

    private List<RestoreJob> Jobs(int count) => [.. Enumerable.Range(0, count).Select(index =>
    {
        var input = _directory.File($"{index}.png");
        Write(input, 16);
        return new RestoreJob(input, _directory.File($"{index}_restored.png"), _directory.File($"{index}_compare.png"));
    })];

    private void Write(string path, int side)
    {
        var image = new RasterImage(side, side, channels: 3);
        new Random(path.GetHashCode(StringComparison.Ordinal)).NextBytes(image.Samples);
        Codec.Write(path, image);
    }
}

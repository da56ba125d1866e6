using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Inference;

[Collection(CountsTensors.Name)]
public sealed class SharedRestorerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<ServiceProvider> _hosts = [];
    private readonly ImageCodec _codec = new();

    public void Dispose()
    {
        foreach (var host in _hosts)
            host.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Four_callers_at_once_get_the_bytes_that_one_gets()
    {
        var inputs = Enumerable.Range(0, 50).Select(index => Png(index, 20 + (index % 13), 17 + (index % 7))).ToArray();
        var restorer = Restorer(options => options.MaxConcurrency = 3);
        var single = new List<byte[]>();
        foreach (var input in inputs)
            single.Add(await Restore(restorer, input));
        single[3].ShouldNotBe(inputs[3]);

        var next = -1;
        var together = new byte[inputs.Length][];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            int index;
            while ((index = Interlocked.Increment(ref next)) < inputs.Length)
                together[index] = await Restore(restorer, inputs[index]);
        })));
        for (var index = 0; index < inputs.Length; index++)
            together[index].ShouldBe(single[index], $"image {index}");
    }

    [Fact]
    public async Task Streams_and_images_in_memory_are_restored_alike_and_told_of()
    {
        var input = Png(1, 30, 20);
        var restorer = Restorer();
        var shares = new Shares();
        using var output = new MemoryStream();
        var result = await restorer.RestoreAsync(new MemoryStream(input), output, new StreamRestoration { Format = ".tiff" }, shares);
        (result.Format, result.Width, result.Height).ShouldBe(("TIFF", 30, 20));
        shares.Told.ShouldBe([1]);
        output.Position = 0;
        var image = await restorer.RestoreAsync(_codec.Read(new MemoryStream(input)));
        _codec.Read(output).Samples.ShouldBe(image.Image.Samples);
    }

    [Fact]
    public async Task Cancelling_stops_between_tiles_and_the_next_caller_is_served()
    {
        var restorer = Restorer(settings: """ "Inference": { "TileSize": 32, "TileOverlap": 4, "Workers": 1 }, """);
        using var stop = new CancellationTokenSource();
        var shares = new Shares { When = share => stop.Cancel() };
        await Should.ThrowAsync<OperationCanceledException>(() => restorer.RestoreAsync(new RasterImage(200, 200, 3), shares, stop.Token));
        shares.Told.Count.ShouldBe(1);
        shares.Told[0].ShouldBeLessThan(0.2);

        var all = new Shares();
        await restorer.RestoreAsync(new RasterImage(100, 100, 3), all);
        all.Told.Count.ShouldBeGreaterThan(5);
        all.Told.ShouldBeInOrder();
        all.Told.Count(share => share == 1).ShouldBe(1);
    }

    [Fact]
    public async Task Callers_wait_up_to_the_bound_and_may_leave_the_queue()
    {
        var restorer = Restorer(options => options.MaxWaiting = 1);
        using var going = new ManualResetEventSlim();
        using var leave = new CancellationTokenSource();
        var (begun, held) = Hold(restorer, going);
        await begun;
        var waiting = restorer.RestoreAsync(new RasterImage(8, 8, 3), cancellation: leave.Token);
        var busy = await Should.ThrowAsync<RestorerBusyException>(() => restorer.RestoreAsync(new RasterImage(8, 8, 3)));
        busy.Message.ShouldBe("Restorer first is busy: 1 of its callers may be served at once and 1 may wait.");
        await leave.CancelAsync();
        // Although the one before is still at it.
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        held.IsCompleted.ShouldBeFalse();
        var second = restorer.RestoreAsync(new RasterImage(8, 8, 3));
        going.Set();
        await held;
        (await second).Image.Width.ShouldBe(8);
    }

    [Fact]
    public async Task Disposing_stops_what_runs_and_fails_what_waits()
    {
        var restorer = Restorer();
        using var going = new ManualResetEventSlim();
        var (begun, held) = Hold(restorer, going);
        await begun;
        var waiting = restorer.RestoreAsync(new RasterImage(8, 8, 3));
        var disposal = _hosts[0].DisposeAsync().AsTask();
        (await Should.ThrowAsync<IRConStyleException>(() => waiting)).Message.ShouldStartWith("Restorer first was disposed of");
        disposal.IsCompleted.ShouldBeFalse("an image is still being restored");
        going.Set();
        await disposal;
        await held;
        await Should.ThrowAsync<ObjectDisposedException>(() => restorer.RestoreAsync(new RasterImage(8, 8, 3)));
    }

    [Fact]
    public async Task Live_tensors_are_no_more_after_the_hundredth_image_than_after_the_second()
    {
        var restorer = Restorer(options => options.MaxConcurrency = 2);
        var input = Png(1, 40, 30);
        for (var image = 0; image < 2; image++)
            await Restore(restorer, input);
        var early = EngineHost.LiveTensors();
        for (var image = 2; image < 100; image++)
            await Restore(restorer, input);
        EngineHost.LiveTensors().ShouldBe(early);
    }

    [Fact]
    public async Task Images_are_not_restored_on_threads_of_the_pool_nor_change_what_those_have()
    {
        var restorer = Restorer(options => options.MaxConcurrency = 2);
        var before = 0;
        var isPool = true;
        await restorer.RestoreAsync(new RasterImage(8, 8, 3), new Shares { When = _ => isPool = Thread.CurrentThread.IsThreadPoolThread });
        isPool.ShouldBeFalse();
        OnNewThread(() => before = torch.get_num_threads());
        await Restorer(options => options.MaxConcurrency = before + 1).RestoreAsync(new RasterImage(8, 8, 3));
        var after = 0;
        OnNewThread(() => after = torch.get_num_threads());
        after.ShouldBe(before);
    }

    [Fact]
    public async Task Wrong_calls_are_told_by_name()
    {
        var host = Host(builder => builder.AddRestorer("first").AddRestorer("second"));
        var restorers = host.GetRequiredService<IImageRestorers>();
        restorers.Names.ShouldBe(["first", "second"]);
        restorers.Get("FIRST").ShouldBeSameAs(host.GetRequiredKeyedService<IImageRestorer>("first"));
        foreach (var ask in new Func<string, IImageRestorer>[] { restorers.Get, name => host.GetRequiredKeyedService<IImageRestorer>(name) })
            Should.Throw<IRConStyleException>(() => ask("frist")).Message
                .ShouldBe("There is no restorer 'frist'; did you mean 'first'? Known: first, second.");

        var restorer = restorers.Get("first");
        using var output = new MemoryStream();
        (await Should.ThrowAsync<IRConStyleException>(() => restorer.RestoreAsync(
            new MemoryStream([1, 2, 3]), output, new StreamRestoration { Name = "upload 7" }))).Message.ShouldStartWith("upload 7 is not an image");
        (await Should.ThrowAsync<IRConStyleException>(() => restorer.RestoreAsync(
            new MemoryStream(Png(1, 4, 4)), output, new StreamRestoration { Format = "gif" }))).Message.ShouldContain("gif is no image format");
        output.Length.ShouldBe(0);
        Should.Throw<IRConStyleException>(() => Restorer(options => options.MaxConcurrency = 0)).Message.ShouldContain("IRConStyle:Restorers:first:MaxConcurrency");
    }

    [Fact]
    public async Task A_host_that_starts_checks_and_warms_up()
    {
        var host = Host(builder => builder.AddRestorer("first", options => options.Warmup = true));
        var start = host.GetServices<IHostedService>().OfType<IHostedLifecycleService>().Single();
        await start.StartingAsync(default);
        await start.StartAsync(default);
        var live = EngineHost.LiveTensors();
        await host.GetRequiredKeyedService<IImageRestorer>("first").RestoreAsync(new RasterImage(8, 8, 3));
        // The network was there before.
        EngineHost.LiveTensors().ShouldBe(live);

        var wrong = Host(builder => builder.AddRestorer("third")).GetServices<IHostedService>().OfType<IHostedLifecycleService>().Single();
        (await Should.ThrowAsync<IRConStyleException>(() => wrong.StartingAsync(default))).Message.ShouldContain("first");
    }

    /// <summary>An image that is at its end, and stays there until a test lets it go on.</summary>
    private static (Task Begun, Task Held) Hold(IImageRestorer restorer, ManualResetEventSlim going)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = restorer.RestoreAsync(new RasterImage(8, 8, 3), new Shares
        {
            When = _ =>
            {
                begun.TrySetResult();
                going.Wait(TimeSpan.FromSeconds(60)).ShouldBeTrue();
            },
        });
        return (begun.Task, held);
    }

    private IImageRestorer Restorer(Action<RestorerOptions>? configure = null, string settings = "")
        => Host(builder => builder.AddRestorer("first", configure), settings).GetRequiredKeyedService<IImageRestorer>("first");

    private ServiceProvider Host(Action<Hosting.IIRConStyleBuilder> add, string settings = "")
    {
        var weights = _directory.File("tiny.safetensors");
        var json = $$$"""
            { {{{settings}}} "Pipelines": { "first": { "Backbone": { "Name": "tiny" }, "Weights": "{{{weights}}}" },
              "second": { "Backbone": { "Name": "copy" } } } }
            """;
        if (!File.Exists(weights))
        {
            using var maker = EngineHost.Create(json);
            var pipelines = maker.GetRequiredService<IPipelineFactory>();
            using var network = pipelines.CreateNetwork("first", training: false);
            WeightsFile.Save(weights, [.. network.State().Select(entry => (entry.Name, entry.Value))], pipelines.Describe("first"), iteration: 0);
        }

        var host = EngineHost.Create(json, services => add(services.AddIRConStyle(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build())), []);
        host.GetRequiredService<TorchRuntime>().EnsureLoaded();
        _hosts.Add(host);
        return host;
    }

    private static async Task<byte[]> Restore(IImageRestorer restorer, byte[] input)
    {
        using var output = new MemoryStream();
        await restorer.RestoreAsync(new MemoryStream(input), output);
        return output.ToArray();
    }

    private byte[] Png(int seed, int width, int height)
    {
        var image = new RasterImage(width, height, channels: 3);
        new Random(seed).NextBytes(image.Samples);
        using var stream = new MemoryStream();
        _codec.Write(stream, "png", image);
        return stream.ToArray();
    }

    private static void OnNewThread(Action body)
    {
        var thread = new Thread(() => body());
        thread.Start();
        thread.Join();
    }

    /// <summary>Not <see cref="Progress{T}"/>, which tells later and elsewhere.</summary>
    private sealed class Shares : IProgress<double>
    {
        public List<double> Told { get; } = [];

        public Action<double>? When { get; init; }

        public void Report(double value)
        {
            Told.Add(value);
            When?.Invoke(value);
        }
    }
}

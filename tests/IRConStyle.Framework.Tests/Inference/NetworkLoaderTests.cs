using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Inference;

[Collection(CountsTensors.Name)]
public sealed class NetworkLoaderTests : IDisposable
{
    private const int Width = 4096;

    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services = EngineHost.Create();
    private readonly string _weights;

    public NetworkLoaderTests()
    {
        _weights = _directory.File("weights.safetensors");
        using var network = _services.Network("tiny", ("Width", Width));
        var pipeline = new PipelineOptions { Backbone = ComponentOptions.Of("tiny", ("Width", Width)) };
        WeightsFile.Save(_weights, [.. network.State().Select(entry => (entry.Name, entry.Value))], pipeline, iteration: 0);
    }

    public void Dispose()
    {
        _services.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Nothing_of_a_network_outlives_it()
    {
        Open().Dispose();
        var before = EngineHost.LiveTensors();

        var loaded = Open();
        var counted = loaded.Network.CountedTwice();
        loaded.Dispose();

        // Not even what waits for the collector, which does not see how large it is.
        torch.Tensor.TotalCount.ShouldBe(before + counted);
    }

    [Fact]
    public void A_network_lives_beyond_the_scope_it_was_opened_in()
    {
        LoadedNetwork loaded;
        using (torch.NewDisposeScope())
            loaded = Open();

        using (loaded)
        using (var scope = torch.NewDisposeScope())
            loaded.Restorer.Restore(torch.rand(3, 8, 8)).shape.ShouldBe([3, 8, 8]);
    }

    [SkippableFact]
    public void A_hundred_networks_one_after_the_other_take_the_memory_of_two()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Memory is read from /proc.");
        Open().Dispose();
        Open().Dispose();
        var two = Resident();
        for (var i = 0; i < 98; i++)
            Open().Dispose();
        (Resident() - two).ShouldBeLessThan(32 << 20);
    }

    private LoadedNetwork Open() => _services.GetRequiredService<NetworkLoader>().Open(pipeline: null, _weights, "cpu");

    private static long Resident()
    {
        GC.Collect();
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}

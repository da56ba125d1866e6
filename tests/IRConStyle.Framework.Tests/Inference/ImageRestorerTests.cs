using IRConStyle.Abstractions;
using IRConStyle.Framework.Inference;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Inference;

public sealed class ImageRestorerTests : IDisposable
{
    private readonly ServiceProvider _services = EngineHost.Create();

    public void Dispose() => _services.Dispose();

    /// <summary>The network sees 2 pixels around each; a quarter of what tiles share does not count, so 8 pixels hide the seams.</summary>
    [Theory]
    [InlineData(64, 8, 1)]
    [InlineData(50, 12, 1)]
    [InlineData(100, 5, 16)]
    [InlineData(64, 16, 64)]
    public void Tiles_of_a_local_network_fit_together(int tileSize, int overlap, int sizeMultiple)
    {
        using var scope = torch.NewDisposeScope();
        using var network = _services.Network("tiny", ("SizeMultiple", sizeMultiple));
        var image = torch.rand(3, 150, 203);
        var whole = new ImageRestorer(network, torch.CPU, new InferenceOptions()).Restore(image);
        var tiled = new ImageRestorer(
            network, torch.CPU, new InferenceOptions { TileSize = tileSize, TileOverlap = overlap }).Restore(image);
        EngineHost.Difference(tiled, whole).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Without_overlap_the_seams_show()
    {
        using var scope = torch.NewDisposeScope();
        using var network = _services.Network("tiny");
        var image = torch.rand(3, 150, 203);
        var whole = new ImageRestorer(network, torch.CPU, new InferenceOptions()).Restore(image);
        var tiled = new ImageRestorer(
            network, torch.CPU, new InferenceOptions { TileSize = 64, TileOverlap = 0 }).Restore(image);
        EngineHost.Difference(tiled, whole).ShouldBeGreaterThan(1e-3);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(1, 3)]
    [InlineData(1, 1)]
    public void Grey_images_and_grey_networks_go_with_colour_ones(int networkChannels, int imageChannels)
    {
        using var scope = torch.NewDisposeScope();
        using var network = _services.Network("tiny", ("Channels", networkChannels));
        new ImageRestorer(network, torch.CPU, new InferenceOptions()).Restore(torch.rand(imageChannels, 9, 11)).shape.ShouldBe([imageChannels, 9, 11]);
    }

    [Fact]
    public void A_grey_network_restores_each_channel_alone()
    {
        using var scope = torch.NewDisposeScope();
        using var network = _services.Network("tiny", ("Channels", 1));
        var restorer = new ImageRestorer(network, torch.CPU, new InferenceOptions());
        var image = torch.rand(3, 9, 11);
        var restored = restorer.Restore(image);
        for (var channel = 0; channel < 3; channel++)
            EngineHost.Difference(restored.narrow(0, channel, 1), restorer.Restore(image.narrow(0, channel, 1))).ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void Other_numbers_of_channels_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        using var network = _services.Network("tiny");
        Should.Throw<IRConStyleException>(() => new ImageRestorer(network, torch.CPU, new InferenceOptions()).Restore(torch.rand(2, 9, 11)))
            .Message.ShouldContain("takes images of 3 channels, this one has 2");
    }
}

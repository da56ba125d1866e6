using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>Networks of one input channel with a colour encoder before them and three output channels behind.</summary>
public sealed class GreyNetworkTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public void A_network_of_one_input_channel_restores_grey_and_colour_whole_and_in_tiles(int channels, bool tiled)
    {
        using var scope = torch.NewDisposeScope();
        using var network = ContractHost.Pipelines.CreateNetwork(
            new PipelineOptions
            {
                Encoder = ComponentOptions.Of("constyle"),
                Backbone = ComponentOptions.Of(
                    "constyle-nafnet", ("InputChannels", 1), ("Dim", 4), ("EncoderBlocks", "1,1,1"), ("BottleneckBlocks", 1), ("DecoderBlocks", "1,1,1")),
            },
            training: false);
        network.Eval();
        var options = new InferenceOptions { TileSize = tiled ? 48 : 1000, TileOverlap = 8 };

        var restored = new ImageRestorer(network, torch.CPU, options).Restore(torch.rand(channels, 90, 70));

        restored.shape.ShouldBe([channels, 90, 70]);
        restored.isfinite().all().item<bool>().ShouldBeTrue();
    }
}

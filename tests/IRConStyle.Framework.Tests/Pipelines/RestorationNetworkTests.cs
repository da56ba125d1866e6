using IRConStyle.Abstractions;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Pipelines;

/// <summary>The one forward pass, for images and networks of one channel and of three.</summary>
[Collection(CountsTensors.Name)]
public sealed class RestorationNetworkTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1, 1, 1, 4)]
    [InlineData(3, 1, 1, 12)]
    [InlineData(1, 3, 3, 4)]
    [InlineData(3, 3, 3, 4)]
    [InlineData(1, 1, 3, 4)]
    [InlineData(3, 1, 3, 12)]
    public void Encoder_and_backbone_see_the_channels_they_take_and_targets_are_those_of_the_output(int image, int input, int output, int seen)
    {
        var (encoder, backbone) = (new ProbeEncoder(), new ProbeBackbone(input, output));
        using var network = new RestorationNetwork("probe", encoder, backbone);
        var images = torch.rand(4, image, 6, 5);

        var restored = network.Restore(images);

        encoder.Seen.ShouldHaveSingleItem().ShouldBe([4, 3, 6, 5]);
        backbone.Seen.ShouldHaveSingleItem().ShouldBe([seen, input, 6, 5]);
        restored.shape.ShouldBe([seen, output, 6, 5]);
        var target = network.ToTarget(images);
        target.shape.ShouldBe(restored.shape);
        // The probe adds to every image its own latent: each channel that was restored by itself has that of its image.
        var latents = images.expand(-1, 3, -1, -1).mean([1, 2, 3]).repeat_interleave(seen / 4).view(seen, 1, 1, 1);
        EngineHost.Difference(restored, target + latents).ShouldBeLessThan(1e-6);
        var back = RestorationNetwork.ToImages(restored - latents, 4, image);
        back.shape.ShouldBe(images.shape);
        EngineHost.Difference(back, images).ShouldBeLessThan(1e-6);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public void Restoring_an_image_is_that_forward_pass(int channels, bool tiled)
    {
        using var network = new RestorationNetwork("probe", new ProbeEncoder(), new ProbeBackbone(1, 1));
        var image = torch.rand(channels, 64, 64);

        var restored = new ImageRestorer(
            network, torch.CPU, new InferenceOptions { TileSize = tiled ? 40 : 1000, TileOverlap = 0 }).Restore(image);

        EngineHost.Difference(restored, RestorationNetwork.ToImages(network.Restore(image.unsqueeze(0)), 1, channels)[0]).ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void Nothing_is_encoded_for_a_backbone_without_style()
    {
        var encoder = new ProbeEncoder();
        using var network = new RestorationNetwork("probe", encoder, new ProbeBackbone(3, 3, requiresStyle: false));

        network.Restore(torch.rand(2, 3, 6, 5), _ => throw new InvalidOperationException("nobody wants a style"));
        new ImageRestorer(network, torch.CPU, new InferenceOptions { TileSize = 64, TileOverlap = 0 }).Restore(torch.rand(3, 80, 80));

        encoder.Seen.ShouldBeEmpty();
    }

    [Fact]
    public void Images_of_other_channels_are_refused()
    {
        using var network = new RestorationNetwork("probe", new ProbeEncoder(), new ProbeBackbone(3, 3));
        Should.Throw<IRConStyleException>(() => network.Restore(torch.rand(1, 2, 6, 5))).Message.ShouldBe("Pipeline probe takes images of 3 channels, this one has 2.");
    }

    /// <summary>One latent, the mean of the image.</summary>
    private sealed class ProbeEncoder() : torch.nn.Module(nameof(ProbeEncoder)), IStyleEncoder
    {
        public List<long[]> Seen { get; } = [];

        public StyleSpec Spec { get; } = new([1], []);

        public string StatePrefix => "Style.";

        public torch.nn.Module Module => this;

        public StyleCode Encode(torch.Tensor image)
        {
            Seen.Add(image.shape);
            return new StyleCode([image.mean([1, 2, 3]).unsqueeze(1)], []);
        }
    }

    /// <summary>Its first input channel, as often as it has outputs, plus the latent.</summary>
    private sealed class ProbeBackbone(int input, int output, bool requiresStyle = true) : torch.nn.Module(nameof(ProbeBackbone)), IBackbone
    {
        public List<long[]> Seen { get; } = [];

        public BackboneSpec Spec { get; } = new(input, 1, requiresStyle) { OutputChannels = output };

        public torch.nn.Module Module => this;

        public torch.Tensor Restore(torch.Tensor degraded, StyleCode? style)
        {
            Seen.Add(degraded.shape);
            var own = input == output ? degraded : degraded.narrow(1, 0, 1).expand(-1, output, -1, -1);
            return style is null ? own.clone() : own + style.Latents[0].unsqueeze(-1).unsqueeze(-1);
        }
    }
}

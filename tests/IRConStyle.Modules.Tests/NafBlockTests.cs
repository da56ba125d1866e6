using IRConStyle.Plugins.NAFNet;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Blocks of NAFNet work in two ways, with and without recording gradients.</summary>
public sealed class NafBlockTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_wide_image_in_several_bands_gives_what_the_recorded_pass_gives(int batch)
    {
        using var scope = NewDisposeScope();
        var network = new Components().Backbone(
            "nafnet", new NafNetOptions { Width = 16, EncoderBlocks = [1], BottleneckBlocks = 1, DecoderBlocks = [1] });
        using (no_grad())
            foreach (var parameter in network.Module.parameters())
                parameter.uniform_(-0.3, 0.3);
        // 64 KB per row and feature map: more rows than a band holds.
        var image = rand(batch, 3, 101, 1024);
        var before = image.clone();

        var recorded = network.Restore(image, null);
        using var noGrad = no_grad();
        var restored = network.Restore(image, null);

        var peak = recorded.abs().max().item<float>();
        (restored - recorded).abs().max().item<float>().ShouldBeLessThanOrEqualTo(1e-6f * peak);
        image.equal(before).all().item<bool>().ShouldBeTrue();
    }
}

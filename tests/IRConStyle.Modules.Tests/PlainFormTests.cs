using IRConStyle.Benchmarks;
using IRConStyle.Plugins.NAFNet;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>The fast form of ConStyle NAFNet against the plain form that the benchmark uses as its baseline.</summary>
public sealed class PlainFormTests
{
    private const float Tolerance = 1e-5f;

    private readonly Components _components = new();

    [Theory]
    [InlineData(1, 40, 24)]
    [InlineData(3, 16, 16)]
    [InlineData(1, 256, 128)]
    public void The_fast_form_agrees_with_the_plain_form(int count, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        random.manual_seed(7);
        var encoder = _components.Encoder();
        encoder.Module.eval();
        var options = new ConStyleNafNetOptions { Dim = 8, EncoderBlocks = [1, 2, 1], BottleneckBlocks = 2, DecoderBlocks = [3, 1, 2] };
        var backbone = _components.Backbone("constyle-nafnet", options, encoder.Spec, _components.Injection("paper"));
        backbone.Module.eval();
        // beta and gamma start at zero, which would switch the blocks off.
        foreach (var (_, parameter) in backbone.Module.named_parameters().Where(IsScale))
            parameter.uniform_(-0.5, 0.5);
        var weights = backbone.Module.state_dict();
        var image = rand(count, 3, height, width);
        var style = encoder.Encode(image);

        var fast = backbone.Restore(image, style);
        var plain = new PlainConStyleNafNet(weights, [1, 2, 1, 2, 2, 1, 3]).Restore(image, style);

        (fast - plain).abs().max().item<float>().ShouldBeLessThan(Tolerance);
        (fast - image).abs().max().item<float>().ShouldBeGreaterThan(100 * Tolerance);
    }

    private static bool IsScale((string name, TorchSharp.Modules.Parameter parameter) entry) =>
        entry.name.EndsWith("beta", StringComparison.Ordinal) || entry.name.EndsWith("gamma", StringComparison.Ordinal);
}

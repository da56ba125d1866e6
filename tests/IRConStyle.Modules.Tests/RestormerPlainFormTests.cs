using IRConStyle.Abstractions;
using IRConStyle.Benchmarks;
using IRConStyle.Plugins.Restormer;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Both ways that Restormer's blocks work, with and without recording gradients, against the plain form.</summary>
public sealed class RestormerPlainFormTests
{
    private const float Tolerance = 1e-5f;

    private readonly Components _components = new();

    public static TheoryData<string, bool, int, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool, int, int, int>();
            foreach (var norm in new[] { "WithBias", "BiasFree" })
            {
                cases.Add(norm, true, 1, 8, 8);
                cases.Add(norm, false, 3, 24, 16);
                cases.Add(norm, false, 1, 40, 72);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Restormer_agrees_with_its_plain_form(string norm, bool bias, int count, int height, int width)
    {
        using var scope = NewDisposeScope();
        var options = new RestormerOptions { Dim = 12, LevelBlocks = [1, 2, 1, 1], RefinementBlocks = 2, LayerNorm = norm, Bias = bias };
        var network = _components.Backbone("restormer", options);
        var weights = Randomize(network);

        ShouldAgree(network, new PlainRestormer(weights, options.LevelBlocks, options.RefinementBlocks), rand(count, 3, height, width), null);
    }

    [Theory]
    [InlineData("WithBias", 1, true)]
    [InlineData("BiasFree", 2, false)]
    public void Images_that_take_several_bands_agree_too(string norm, int count, bool bias)
    {
        using var scope = NewDisposeScope();
        var options = new RestormerOptions { LevelBlocks = [1, 0, 0, 0], RefinementBlocks = 1, LayerNorm = norm, Bias = bias };
        var network = _components.Backbone("restormer", options);
        var weights = Randomize(network);
        // At full size 1 KB per pixel in the attention's widest feature map, 2 KB in the feed-forward's.
        ShouldAgree(network, new PlainRestormer(weights, options.LevelBlocks, options.RefinementBlocks), rand(count, 3, 136, 128), null);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ConStyle_Restormer_agrees_with_its_plain_form(string norm, bool bias, int count, int height, int width)
    {
        using var scope = NewDisposeScope();
        var encoder = _components.Encoder();
        encoder.Module.eval();
        var options = new ConStyleRestormerOptions
        {
            Dim = 8, EncoderBlocks = [1, 2, 1], BottleneckBlocks = 2, DecoderBlocks = [3, 1, 2], RefinementBlocks = 1, LayerNorm = norm, Bias = bias,
        };
        var network = _components.Backbone("constyle-restormer", options, encoder.Spec, _components.Injection("paper"));
        var weights = Randomize(network);
        var image = rand(count, 3, height, width);
        using var noGrad = no_grad();
        var style = encoder.Encode(image);

        ShouldAgree(network, new PlainConStyleRestormer(weights, [1, 2, 1, 2, 2, 1, 3], options.RefinementBlocks), image, style);
    }

    [Fact]
    public void Two_views_give_one_image_that_neither_is_added_to()
    {
        using var scope = NewDisposeScope();
        var options = new RestormerOptions
        {
            InputChannels = 6, DualPixel = true, Dim = 8, LevelBlocks = [1, 1, 1, 1], RefinementBlocks = 1,
        };
        var network = _components.Backbone("restormer", options);
        var weights = Randomize(network);

        ShouldAgree(network, new PlainRestormer(weights, options.LevelBlocks, options.RefinementBlocks), rand(2, 6, 16, 24), null);
    }

    private static void ShouldAgree(IBackbone network, IPlainForm form, Tensor image, StyleCode? style)
    {
        var before = image.clone();
        foreach (var recordGradients in new[] { false, true })
        {
            using var mode = set_grad_enabled(recordGradients);
            var fast = network.Restore(image, style);
            var plain = form.Restore(image, style);

            fast.shape.ShouldBe([image.shape[0], network.Spec.OutputChannels, image.shape[2], image.shape[3]]);
            var peak = plain.abs().max().item<float>();
            (fast - plain).abs().max().item<float>().ShouldBeLessThan(Tolerance * peak, $"gradients: {recordGradients}");
        }

        image.equal(before).all().item<bool>().ShouldBeTrue();
    }

    /// <summary>Weights that leave no part of a block without effect, by name.</summary>
    private static Dictionary<string, Tensor> Randomize(IBackbone network)
    {
        random.manual_seed(7);
        network.Module.eval();
        using var noGrad = no_grad();
        foreach (var (name, parameter) in network.Module.named_parameters())
        {
            if (name.Contains(".norm", StringComparison.Ordinal) || name.EndsWith("temperature", StringComparison.Ordinal))
                parameter.add_(rand_like(parameter) * 0.5f);
        }

        return network.Module.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value);
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Benchmarks;
using IRConStyle.Plugins.Maxim;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Both forms of the MAXIM networks against the plain form that the benchmark uses as its baseline.</summary>
public sealed class MaximPlainFormTests
{
    /// <summary>Relative to the largest value.</summary>
    private const float Tolerance = 1e-5f;

    private static readonly PlainMaximSizes Sizes = new(((4, 2), (2, 4)), ((2, 1), (1, 2)), 2);

    private readonly Components _components = new();

    [Theory]
    [InlineData(1, 32, 48)]
    [InlineData(2, 32, 48)]
    [InlineData(1, 64, 16)]
    [InlineData(2, 64, 16)]
    public void Maxim_agrees_with_its_plain_form(int count, int height, int width)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        var backbone = _components.Backbone("maxim", Shrink(new MaximOptions()));

        var plain = new PlainMaxim(backbone.Module.state_dict(), Sizes);
        ShouldAgree(backbone, plain, rand(count, 3, height, width), null);
    }

    [Theory]
    [InlineData(false, 1, 32, 48)]
    [InlineData(false, 2, 64, 16)]
    [InlineData(true, 2, 32, 48)]
    [InlineData(true, 1, 64, 16)]
    public void ConStyle_maxim_agrees_with_its_plain_form(bool bias, int count, int height, int width)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        var encoder = _components.Encoder();
        encoder.Module.eval();
        var options = Shrink(new ConStyleMaximOptions { Bias = bias });
        var backbone = _components.Backbone("constyle-maxim", options, encoder.Spec, _components.Injection("paper"));
        var image = rand(count, 3, height, width);
        using var noGrad = no_grad();

        var plain = new PlainConStyleMaxim(backbone.Module.state_dict(), Sizes, options.BottleneckBlocks);
        ShouldAgree(backbone, plain, image, encoder.Encode(image));
    }

    [Theory]
    [InlineData("maxim", true)]
    [InlineData("maxim", false)]
    [InlineData("constyle-maxim", true)]
    [InlineData("constyle-maxim", false)]
    public void Parameters_that_are_never_read_are_dormant_and_no_others(string name, bool mixesPixels)
    {
        using var scope = NewDisposeScope();
        MaximBlockOptions options = name == "maxim" ? new MaximOptions() : new ConStyleMaximOptions();
        options.UseGlobalMlp = mixesPixels;
        var backbone = _components.Backbone(name, Shrink(options));
        backbone.Restore(rand(1, 3, 32, 32), null).sum().backward();

        foreach (var (stateName, parameter) in backbone.Module.named_parameters())
            backbone.IsDormant(stateName).ShouldBe(parameter.grad is null, stateName);
    }

    private static T Shrink<T>(T options)
        where T : MaximBlockOptions
    {
        options.Features = 8;
        (options.HighResolutionBlock, options.HighResolutionGrid) = ([4, 2], [2, 4]);
        (options.LowResolutionBlock, options.LowResolutionGrid) = ([2, 1], [1, 2]);
        return options;
    }

    private static void ShouldAgree(IBackbone backbone, IPlainForm form, Tensor image, StyleCode? style)
    {
        backbone.Module.eval();
        var plain = form.Restore(image, style).detach();
        var peak = plain.abs().max().item<float>();
        foreach (var recordGradients in new[] { false, true })
        {
            using var mode = set_grad_enabled(recordGradients);
            var difference = (backbone.Restore(image, style).detach() - plain).abs().max().item<float>();
            difference.ShouldBeLessThan(Tolerance * peak, $"gradient recorded: {recordGradients}");
        }

        (plain - image).abs().max().item<float>().ShouldBeGreaterThan(100 * Tolerance * peak);
    }
}

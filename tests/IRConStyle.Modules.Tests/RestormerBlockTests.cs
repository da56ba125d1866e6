using IRConStyle.Abstractions;
using IRConStyle.Modules.Kernels;
using IRConStyle.Modules.Tests.Kernels;
using IRConStyle.Plugins.Restormer;
using TorchSharp;
using static IRConStyle.Modules.Tests.Kernels.Comparison;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Blocks of Restormer work layer by layer with gradients, in bands of rows without, and fused where kernels can.</summary>
public sealed class RestormerBlockTests
{
    private const double Tolerance = 1e-5;

    /// <summary>
    /// Images, channels, heads, height, width, kind of norm, bias: of all proportions, and around the sizes of vectors, tiles,
    /// chunks, strips and groups of rows.
    /// </summary>
    public static TheoryData<int, int, int, int, int, string, bool> Cases => new()
    {
        { 1, 2, 1, 8, 8, "WithBias", true }, { 1, 6, 2, 8, 40, "BiasFree", false }, { 1, 8, 1, 48, 8, "BiasFree", true },
        { 3, 16, 4, 9, 7, "WithBias", false }, { 1, 18, 1, 33, 31, "WithBias", true }, { 2, 24, 8, 12, 50, "BiasFree", true },
        { 1, 34, 2, 64, 97, "WithBias", false }, { 1, 48, 1, 70, 120, "BiasFree", false }, { 1, 50, 1, 9, 300, "WithBias", true },
        { 1, 96, 2, 40, 49, "WithBias", false }, { 2, 130, 1, 8, 8, "BiasFree", true }, { 1, 192, 4, 13, 17, "WithBias", true },
    };

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Fused_it_gives_what_the_layers_give_whatever_the_threads(
        int images, int channels, int heads, int height, int width, string norm, bool bias)
    {
        using var scope = NewDisposeScope();
        var block = Block(Network(channels, heads, norm, bias));
        // Neighbouring channels far from each other: the softmax is neither flat nor a choice.
        var input = randn(images, height, width, channels).permute(0, 3, 1, 2) + 2 * randn(1, channels, 1, 1);
        input = input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        var before = input.clone();
        var recorded = block.call(input);
        using var inference = inference_mode();
        foreach (var form in KernelForms.Fused)
        {
            using var use = KernelForms.Use(form);
            var outputs = new[] { 1, 2, 5 }.Select(threads => WithThreads(threads, () => block.call(input))).ToArray();

            Difference(outputs[0], recorded).ShouldBeLessThanOrEqualTo(Tolerance, form.ToString());
            outputs.ShouldAllBe(output => output.equal(outputs[0]).all().item<bool>(), $"{form}: threads must not change a bit");
            input.equal(before).all().item<bool>().ShouldBeTrue();
        }
    }

    [SkippableFact]
    public void Parts_of_maps_and_maps_channels_first_are_as_good_as_whole_ones()
    {
        using var scope = NewDisposeScope();
        var block = Block(Network(16, 2, "WithBias", bias: true));
        var large = randn(2, 12, 20, 40).permute(0, 3, 1, 2);
        Tensor[] inputs =
        [
            large.narrow(1, 5, 16), large.narrow(1, 0, 16).narrow(2, 3, 7).narrow(3, 2, 9), large.narrow(1, 0, 16).narrow(0, 1, 1),
            large.narrow(1, 1, 16).contiguous(), large.narrow(1, 5, 16).transpose(2, 3),
        ];
        foreach (var form in KernelForms.Fused)
            foreach (var input in inputs)
            {
                var expected = block.call(input);
                using var inference = inference_mode();
                using var use = KernelForms.Use(form);
                Difference(block.call(input), expected).ShouldBeLessThanOrEqualTo(Tolerance, $"{form}, strides {string.Join(' ', input.stride())}");
            }
    }

    [SkippableFact]
    public void Changed_weights_are_noticed()
    {
        using var scope = NewDisposeScope();
        var block = Block(Network(16, 2, "WithBias", bias: true));
        var input = randn(1, 12, 20, 16).permute(0, 3, 1, 2);
        foreach (var form in KernelForms.Fused)
        {
            using var use = KernelForms.Use(form);
            foreach (var (name, parameter) in block.named_parameters())
            {
                using (no_grad())
                {
                    block.call(input).Dispose();
                    parameter.mul_(1.5f).add_(0.1f);
                }

                var expected = block.call(input);
                using var noGrad = no_grad();
                Difference(block.call(input), expected).ShouldBeLessThanOrEqualTo(Tolerance, $"{form}, {name}");
            }
        }
    }

    [SkippableFact]
    public void Channels_without_any_light_and_numbers_that_are_none_stay_what_they_are_with_layers()
    {
        using var scope = NewDisposeScope();
        var block = Block(Network(8, 2, "BiasFree", bias: false));
        var dark = zeros(1, 16, 16, 8).permute(0, 3, 1, 2);
        var broken = randn(1, 16, 16, 8).permute(0, 3, 1, 2);
        broken[0, 3, 5, 5] = float.NaN;
        using var noGrad = no_grad();
        foreach (var form in KernelForms.Fused)
        {
            using var use = KernelForms.Use(form);
            block.call(dark).abs().max().item<float>().ShouldBe(0, form.ToString());
            block.call(broken).isnan().any().item<bool>().ShouldBeTrue(form.ToString());
        }
    }

    private static IBackbone Network(int channels, int heads, string norm, bool bias)
    {
        random.manual_seed(channels);
        var network = new Components().Backbone("restormer", new RestormerOptions
        {
            Dim = channels, LevelBlocks = [1, 0, 0, 0], Heads = [heads, 1, 1, 1], RefinementBlocks = 0, LayerNorm = norm, Bias = bias,
        });
        network.Module.eval();
        using var noGrad = no_grad();
        foreach (var (name, parameter) in network.Module.named_parameters())
            if (name.EndsWith("temperature", StringComparison.Ordinal))
                parameter.uniform_(0.5, 3);
            else
                parameter.uniform_(-0.3, 0.3);
        return network;
    }

    private static nn.Module<Tensor, Tensor> Block(IBackbone network) =>
        (nn.Module<Tensor, Tensor>)network.Module.named_modules().Single(entry => entry.name == "encoder_level1.0").module;
}

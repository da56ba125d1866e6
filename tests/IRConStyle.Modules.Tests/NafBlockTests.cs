using IRConStyle.Abstractions;
using IRConStyle.Modules.Kernels;
using IRConStyle.Modules.Tests.Kernels;
using IRConStyle.Plugins.NAFNet;
using TorchSharp;
using TorchSharp.Modules;
using static IRConStyle.Modules.Tests.Kernels.Comparison;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Blocks of NAFNet work layer by layer with gradients, in bands of rows without, and fused where kernels can.</summary>
public sealed class NafBlockTests
{
    private const double Tolerance = 1e-5;

    /// <summary>Images, channels, height, width: of all proportions, and around the sizes of vectors, tiles, chunks and strips.</summary>
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 1, 1, 1, 1 }, { 1, 3, 1, 40 }, { 1, 8, 40, 1 }, { 3, 16, 5, 7 }, { 1, 17, 33, 31 }, { 2, 24, 12, 50 }, { 1, 32, 64, 97 },
        { 1, 50, 9, 120 }, { 1, 64, 70, 49 }, { 1, 96, 20, 300 }, { 2, 130, 8, 8 },
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_wide_image_in_several_bands_gives_what_the_recorded_pass_gives(int batch)
    {
        using var scope = NewDisposeScope();
        var network = Network(16, [1]);
        // 64 KB per row and feature map: more rows than a band holds.
        var image = rand(batch, 3, 101, 1024);
        var before = image.clone();
        var recorded = network.Restore(image, null);
        using var noGrad = no_grad();
        foreach (var form in KernelForms.All)
        {
            using var use = KernelForms.Use(form);
            Difference(network.Restore(image, null), recorded).ShouldBeLessThanOrEqualTo(1e-6, form.ToString());
            image.equal(before).all().item<bool>().ShouldBeTrue();
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void Fused_it_gives_what_the_layers_give_whatever_the_threads(int images, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var block = Block(Network(channels, []));
        var input = randn(images, height, width, channels).permute(0, 3, 1, 2);
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
        var block = Block(Network(16, []));
        var large = randn(2, 12, 20, 40).permute(0, 3, 1, 2);
        Tensor[] inputs =
        [
            large.narrow(1, 5, 16), large.narrow(1, 0, 16).narrow(2, 3, 7).narrow(3, 2, 9), large.narrow(1, 0, 16).narrow(0, 1, 1),
            large.narrow(1, 1, 16).contiguous(), large.narrow(1, 5, 16).transpose(2, 3),
        ];
        using var inference = inference_mode();
        foreach (var form in KernelForms.Fused)
            foreach (var input in inputs)
            {
                using var layers = KernelForms.Use(KernelForm.Plain);
                var expected = block.call(input);
                using var use = KernelForms.Use(form);
                Difference(block.call(input), expected).ShouldBeLessThanOrEqualTo(Tolerance, $"{form}, strides {string.Join(' ', input.stride())}");
            }
    }

    [SkippableFact]
    public void Changed_weights_are_noticed()
    {
        using var scope = NewDisposeScope();
        var (network, other) = (Network(16, [1]), Network(16, [1]));
        var image = rand(1, 3, 24, 32);
        foreach (var form in KernelForms.Fused)
        {
            using var use = KernelForms.Use(form);
            FollowsItsWeights(() => { }, "at first");
            FollowsItsWeights(() => network.Module.load_state_dict(other.Module.state_dict()), "load_state_dict");
            FollowsItsWeights(() => Train(network, image), "a training step");
            FollowsItsWeights(() => WriteThroughSharedMemory(network), "memory shared with an optimizer");
            FollowsItsWeights(() => network.Module.to(float64).to(float32), "to another type and back");
            FollowsItsWeights(() => network.Module.parameters().First().requires_grad = false, "frozen");
        }

        void FollowsItsWeights(Action change, string how)
        {
            change();
            using var noGrad = no_grad();
            var fused = network.Restore(image, null);
            using var layers = KernelForms.Use(KernelForm.Plain);
            Difference(fused, network.Restore(image, null)).ShouldBeLessThanOrEqualTo(Tolerance, how);
        }
    }

    private static IBackbone Network(int width, int[] blocks)
    {
        random.manual_seed(width);
        var network = new Components().Backbone(
            "nafnet", new NafNetOptions { Width = width, EncoderBlocks = blocks, BottleneckBlocks = 1, DecoderBlocks = blocks });
        network.Module.eval();
        using var noGrad = no_grad();
        foreach (var parameter in network.Module.parameters())
            parameter.uniform_(-0.3, 0.3);
        return network;
    }

    private static nn.Module<Tensor, Tensor> Block(IBackbone network) =>
        (nn.Module<Tensor, Tensor>)network.Module.named_modules().Single(entry => entry.name == "middle_blks.0").module;

    private static void Train(IBackbone network, Tensor image)
    {
        network.Module.train();
        using var optimizer = optim.SGD(network.Module.parameters(), 0.01);
        network.Restore(image, null).square().mean().backward();
        optimizer.step();
        optimizer.zero_grad();
        network.Module.eval();
    }

    /// <summary>As the engine's optimizer does: the parameters are views of one buffer, and only the buffer is written to.</summary>
    private static void WriteThroughSharedMemory(IBackbone network)
    {
        using var noGrad = no_grad();
        foreach (var parameter in network.Module.parameters())
        {
            var buffer = parameter.detach().clone();
            parameter.set_(buffer.view(parameter.shape));
            network.Restore(zeros(1, 3, 8, 8), null).Dispose();
            buffer.mul_(1.1f);
        }
    }
}

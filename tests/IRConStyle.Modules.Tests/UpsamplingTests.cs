using IRConStyle.Modules.Kernels;
using IRConStyle.Modules.Tests.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>The mixing convolution is split, and folded into the upsampling where that makes it smaller.</summary>
public sealed class UpsamplingTests
{
    private const double Tolerance = 1e-5;

    /// <summary>Images, channels of input, skip connection and output, height and width of the input.</summary>
    public static TheoryData<int, int, int, int, int, int> Sizes => new()
    {
        { 1, 1, 1, 1, 1, 1 }, { 1, 12, 4, 8, 5, 7 }, { 2, 12, 12, 16, 3, 1 }, { 1, 48, 16, 32, 24, 40 }, { 3, 7, 5, 3, 1, 33 },
        { 1, 33, 33, 44, 9, 60 }, { 1, 20, 8, 20, 1, 5 },
    };

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void Fused_it_gives_what_the_layers_give(int images, int input, int skip, int output, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var layer = new Upsampling(input, skip, output);
        var low = randn(images, input, height, width).ToChannelsLast();
        var high = randn(images, skip, 2 * height, 2 * width).ToChannelsLast();
        var expected = layer.call(low, high);
        var before = (low.clone(), high.clone());
        using var inference = inference_mode();
        foreach (var form in KernelForms.Fused)
        {
            using var use = KernelForms.Use(form);
            var fused = layer.call(low, high);

            Difference(fused, expected).ShouldBeLessThanOrEqualTo(Tolerance, form.ToString());
            FeatureMap.Fits(fused).ShouldBeTrue("the next block wants channels together");
            (low.equal(before.Item1).all() & high.equal(before.Item2).all()).item<bool>().ShouldBeTrue();
        }
    }

    [SkippableFact]
    public void Folded_weights_follow_the_layer_s()
    {
        using var scope = NewDisposeScope();
        using var use = KernelForms.Use(KernelForms.Fused[^1]);
        using var layer = new Upsampling(16, 8, 12);
        using var other = new Upsampling(16, 8, 12);
        var (low, high) = (randn(1, 16, 5, 6).ToChannelsLast(), randn(1, 8, 10, 12).ToChannelsLast());
        FollowsItsWeights(() => { }, "at first");
        FollowsItsWeights(() => layer.load_state_dict(other.state_dict()), "load_state_dict");
        FollowsItsWeights(
            () =>
            {
                using var optimizer = optim.SGD(layer.parameters(), 0.1);
                layer.call(low, high).square().mean().backward();
                optimizer.step();
            },
            "a training step");
        FollowsItsWeights(() => layer.to(float64).to(float32), "to another type and back");

        void FollowsItsWeights(Action change, string how)
        {
            change();
            var expected = layer.call(low, high);
            using var noGrad = no_grad();
            Difference(layer.call(low, high), expected).ShouldBeLessThanOrEqualTo(Tolerance, how);
        }
    }

    [SkippableFact]
    public void Folded_weights_go_with_the_layer()
    {
        var fused = KernelForms.Fused[0];
        LeftBehind(fused).ShouldBe(LeftBehind(KernelForm.Plain));

        static long LeftBehind(KernelForm form)
        {
            using var use = KernelForms.Use(form);
            using var noGrad = no_grad();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var before = Tensor.TotalCount;
            using (NewDisposeScope())
            using (var layer = new Upsampling(8, 4, 4))
                layer.call(rand(1, 8, 3, 3), FeatureMap.Empty(1, 4, 6, 6));
            return Tensor.TotalCount - before;
        }
    }

    private static double Difference(Tensor actual, Tensor expected) =>
        ((actual - expected).abs().max() / expected.abs().max()).item<float>();
}

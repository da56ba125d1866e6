using IRConStyle.Modules.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests.Kernels;

/// <summary>The pixel-wise product against libtorch's convolution 1×1, at and around the sizes of vectors, panels and tiles.</summary>
public sealed class PointwiseConvolutionTests
{
    private const double Tolerance = 1e-5;

    private static readonly int[] Pixels = [1, 2, 3, 5, 6, 7, 12, 13, 48, 50];

    public static TheoryData<int, int> Sizes
    {
        get
        {
            var sizes = new TheoryData<int, int>();
            foreach (var inputs in new[] { 1, 5, 16, 33 })
                foreach (var outputs in new[] { 1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 48, 50, 64, 66 })
                    sizes.Add(inputs, outputs);
            return sizes;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void It_gives_what_the_convolution_gives(int inputs, int outputs) => ForEach(
        inputs, outputs, (layer, _) => new PointwiseConvolution(layer), (layer, _, x) => layer.call(x));

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void A_gate_multiplies_the_halves(int inputs, int outputs) => ForEach(
        inputs, outputs * 2, (layer, _) => new PointwiseConvolution(layer, OutputForm.Gated),
        (layer, _, x) => SimpleGate.Multiply(layer.call(x)));

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void Norm_and_scale_are_folded_in(int inputs, int outputs)
    {
        using var scale = randn(1, outputs, 1, 1);
        ForEach(
            inputs, outputs, (layer, norm) => new PointwiseConvolution(layer, OutputForm.Plain, norm.Weight, norm.Bias, scale),
            (layer, norm, x) => layer.call((x * norm.Weight.view(1, -1, 1, 1)) + norm.Bias.view(1, -1, 1, 1)) * scale);
    }

    [SkippableTheory]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(40)]
    public void Pairs_lie_vector_by_vector_with_zeros_behind_each_half(int half)
    {
        foreach (var form in KernelForms.Fused)
        {
            using var use = KernelForms.Use(form);
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var lanes = form == KernelForm.Vector512 ? 16 : 8;
            var layer = Layers.Convolution(7, half * 2, 1);
            var product = new PointwiseConvolution(layer, OutputForm.Paired);
            var vectors = (half + lanes - 1) / lanes;
            product.Outputs.ShouldBe(2 * vectors * lanes);
            var input = GuardedMap.Random(1, 7, 1, 9);
            var target = new GuardedMap(1, product.Outputs, 1, 9);

            product.Apply(input.Map.Row(0, 0, 0, 9), target.Map.Row(0, 0, 0, 9));

            var halves = layer.call(input.Tensor).view(2, half, 9);
            var padded = zeros(2, vectors * lanes, 9);
            padded.narrow(1, 0, half).copy_(halves);
            var expected = padded.view(2, vectors, lanes, 9).transpose(0, 1).reshape(1, -1, 1, 9);
            target.ShouldBe(expected, Tolerance, form.ToString());
        }
    }

    [Fact]
    public void Layers_of_other_kinds_and_pixels_without_room_are_refused()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Should.Throw<ArgumentException>(() => new PointwiseConvolution(Layers.Convolution(4, 4, 3)));
        Should.Throw<ArgumentException>(() => new PointwiseConvolution(Layers.Convolution(4, 4, 1, groups: 2)));
        Should.Throw<ArgumentException>(() => new PointwiseConvolution(Layers.Convolution(4, 3, 1), OutputForm.Gated));
        var product = new PointwiseConvolution(Layers.Convolution(4, 6, 1));
        var input = new GuardedMap(1, 4, 1, 5).Map.Row(0, 0, 0, 5);
        Should.Throw<ArgumentException>(() => product.Apply(input, new GuardedMap(1, 5, 1, 5).Map.Row(0, 0, 0, 5)));
        Should.Throw<ArgumentException>(() => product.Apply(input, new GuardedMap(1, 6, 1, 4).Map.Row(0, 0, 0, 4)));
        Should.Throw<ArgumentException>(() => product.Apply(new GuardedMap(1, 3, 1, 5).Map.Row(0, 0, 0, 5), input));
    }

    private static void ForEach(
        int inputs, int outputs, Func<Conv2d, LayerNorm2d, PointwiseConvolution> pack, Func<Conv2d, LayerNorm2d, Tensor, Tensor> expect)
    {
        random.manual_seed(inputs + outputs);
        foreach (var form in KernelForms.Fused)
        {
            using var use = KernelForms.Use(form);
            foreach (var pixels in Pixels)
            {
                using var scope = NewDisposeScope();
                using var noGrad = no_grad();
                var layer = Layers.Convolution(inputs, outputs, 1, bias: pixels % 2 == 0);
                var norm = new LayerNorm2d(inputs);
                norm.Weight.uniform_(-1, 1);
                norm.Bias.uniform_(-1, 1);
                var product = pack(layer, norm);
                var input = GuardedMap.Random(1, inputs, 1, pixels);
                var expected = expect(layer, norm, input.Tensor);
                PixelSpan Row(GuardedMap map) => map.Map.Row(0, 0, 0, pixels);

                var target = new GuardedMap(1, product.Outputs, 1, pixels);
                product.Apply(Row(input), Row(target));
                target.ShouldBe(expected, Tolerance, $"{form}, {pixels} pixels");

                var addend = GuardedMap.Random(1, product.Outputs, 1, pixels);
                product.Apply(Row(input), Row(target), Row(addend));
                target.ShouldBe(expected + addend.Tensor, Tolerance, $"{form}, {pixels} pixels and an addend");

                expected = expected + addend.Tensor;
                product.Apply(Row(input), Row(addend), Row(addend));
                addend.ShouldBe(expected, Tolerance, $"{form}, {pixels} pixels added in place");
            }
        }
    }
}

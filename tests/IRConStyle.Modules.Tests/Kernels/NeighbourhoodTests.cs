using IRConStyle.Modules.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests.Kernels;

/// <summary>Rings of rows, depthwise convolutions on them and pooled sums, against libtorch, for maps of all proportions.</summary>
public sealed class NeighbourhoodTests
{
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 1, 1, 1, 1 }, { 1, 2, 1, 7 }, { 1, 3, 7, 1 }, { 2, 16, 3, 3 }, { 1, 17, 2, 40 }, { 3, 31, 9, 2 }, { 1, 48, 13, 33 },
        { 1, 64, 40, 24 }, { 2, 33, 70, 65 }, { 1, 8, 3, 1500 },
    };

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void A_depthwise_convolution_gives_what_the_layer_gives(int images, int channels, int height, int width) =>
        Compare(images, channels, height, width, gated: false);

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void A_gated_one_multiplies_the_halves(int images, int channels, int height, int width) =>
        Compare(images, channels, height, width, gated: true);

    [Fact]
    public void Layers_of_other_kinds_are_refused()
    {
        using var scope = NewDisposeScope();
        Should.Throw<ArgumentException>(() => new DepthwiseConvolution(Layers.Convolution(4, 4, 3)));
        Should.Throw<ArgumentException>(() => new DepthwiseConvolution(Layers.Convolution(4, 4, 5, groups: 4)));
        Should.Throw<ArgumentException>(() => new DepthwiseConvolution(Layers.Convolution(4, 4, 3, groups: 4, stride: 2)));
        Should.Throw<ArgumentException>(() => new DepthwiseConvolution(Layers.Convolution(3, 3, 3, groups: 3), OutputForm.Gated));
    }

    /// <summary>One product that copies the input into the ring, paired where there is a gate, and the convolution behind it.</summary>
    private static void Compare(int images, int channels, int height, int width, bool gated)
    {
        random.manual_seed(channels);
        var before = get_num_threads();
        foreach (var form in KernelForms.Fused)
            foreach (var threads in new[] { 1, 3 })
            {
                using var use = KernelForms.Use(form);
                using var scope = NewDisposeScope();
                using var noGrad = no_grad();
                set_num_threads(threads);
                try
                {
                    var inputs = gated ? channels * 2 : channels;
                    var layer = Layers.Convolution(inputs, inputs, 3, bias: height > 3, groups: inputs);
                    var copy = Layers.Convolution(inputs, inputs, 1, bias: false);
                    copy.weight!.copy_(eye(inputs).view(inputs, inputs, 1, 1));
                    var product = new PointwiseConvolution(copy, gated ? OutputForm.Paired : OutputForm.Plain);
                    var depthwise = new DepthwiseConvolution(layer, gated ? OutputForm.Gated : OutputForm.Plain);
                    var (input, output) = (GuardedMap.Random(images, inputs, height, width), new GuardedMap(images, channels, height, width));
                    // Strips as narrow as they come.
                    var bands = new RowBands(input.Map, int.MaxValue);
                    using var sums = new PooledSums(output.Map, bands.Strips);

                    bands.Run((band, scratch) => RowRing.Sweep(
                        input.Map, band, scratch, depthwise.Inputs,
                        (row, left, pixels) => product.Apply(input.Map.Row(band.Image, row, left, left + pixels.Count), pixels),
                        (row, rows) => depthwise.Apply(rows, output.Map.Row(band.Image, row, band.Left, band.Right), sums.Row(band, row))));

                    var expected = layer.call(input.Tensor);
                    expected = gated ? SimpleGate.Multiply(expected) : expected;
                    output.ShouldBe(expected, 1e-5, $"{form}, {threads} threads");
                    var means = sums.Means();
                    means.shape.ShouldBe([images, channels, 1, 1]);
                    var precise = expected.to(float64).mean([2, 3], keepdim: true);
                    (means - precise).abs().max().item<double>().ShouldBeLessThanOrEqualTo(1e-6 * expected.abs().max().item<float>());
                }
                finally
                {
                    set_num_threads(before);
                }
            }
    }
}

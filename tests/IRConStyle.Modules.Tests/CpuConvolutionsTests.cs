using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Convolutions agree with float64, which oneDNN never computes, also where the processor hides its caches.</summary>
public sealed class CpuConvolutionsTests
{
    /// <summary>Images, input and output channels, side of the kernel, height and width.</summary>
    public static TheoryData<int, int, int, int, int, int> Cases => new()
    {
        { 2, 16, 40, 1, 33, 35 }, { 4, 20, 33, 1, 9, 8 }, { 2, 130, 130, 1, 1, 1 }, { 1, 48, 127, 1, 40, 24 }, { 1, 64, 112, 1, 64, 64 },
        { 1, 256, 240, 1, 8, 12 }, { 2, 127, 3, 3, 33, 35 }, { 2, 48, 127, 3, 16, 16 }, { 2, 24, 96, 3, 1, 1 }, { 3, 17, 40, 3, 1, 1 }, { 1, 48, 17, 2, 16, 40 }, { 1, 6, 127, 4, 32, 32 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_layer_that_is_kept_is_right_in_both_layouts_with_its_gradients(
        int images, int input, int output, int side, int height, int width)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        var x = randn(images, height, width, input).permute(0, 3, 1, 2);
        using var layer = nn.Conv2d(input, output, side, side % 2 == 0 ? 2 : 1, side / 2);
        CpuConvolutions.Keep(layer);
        ShouldBeRight(layer, x, layer.weight!, (weight, bias, image) => nn.functional.conv2d(
            image, weight, bias, strides: layer.stride, padding: layer.padding));
    }

    [Theory]
    [InlineData(2, 48, 17)]
    [InlineData(2, 127, 65)]
    [InlineData(4, 3, 40)]
    [InlineData(2, 24, 40, 1, 1)]
    public void A_transposed_layer_that_is_kept_is_right_too(int side, int input, int output, int height = 12, int width = 20)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        using var layer = nn.ConvTranspose2d(input, output, side, 2);
        CpuConvolutions.Keep(layer);
        ShouldBeRight(layer, randn(2, height, width, input).permute(0, 3, 1, 2), layer.weight!, (weight, bias, image)
            => nn.functional.conv_transpose2d(image, weight, bias, strides: layer.stride));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_function_that_is_applied_is_right(int images, int input, int output, int side, int height, int width)
    {
        using var scope = NewDisposeScope();
        var x = randn(images, input, height, width);
        var weight = randn(output, input, side, side);
        long[] padding = [side / 2, side / 2];
        var actual = CpuConvolutions.Apply(x, weight, image => nn.functional.conv2d(image, weight, padding: padding));
        Distance(actual, nn.functional.conv2d(x.to(float64), weight.to(float64), padding: padding)).ShouldBeLessThan(1e-5);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(16, false)]
    [InlineData(31, false)]
    [InlineData(33, true)]
    [InlineData(48, false)]
    [InlineData(64, false)]
    [InlineData(112, true)]
    [InlineData(127, false)]
    [InlineData(254, false)]
    [InlineData(320, true)]
    [InlineData(384, false)]
    public void Blocks_that_would_be_left_empty_are_known(int outputs, bool empty)
        => CpuConvolutions.LeavesEmptyLanes(outputs).ShouldBe(empty);

    private static void ShouldBeRight(
        nn.Module<Tensor, Tensor> layer, Tensor channelsLast, Parameter weight, Func<Tensor, Tensor?, Tensor, Tensor> convolve)
    {
        foreach (var image in new[] { channelsLast, channelsLast.contiguous() })
        {
            layer.zero_grad();
            var (left, right) = (image.detach().clone().requires_grad_(), image.to(float64).detach().requires_grad_());
            var doubled = weight.to(float64).detach().requires_grad_();
            var bias = layer.get_parameter("bias")?.to(float64).detach();
            var (actual, expected) = (layer.call(left), convolve(doubled, bias, right));
            actual.square().sum().backward();
            expected.square().sum().backward();

            Distance(actual, expected).ShouldBeLessThan(1e-5);
            Distance(left.grad!, right.grad!).ShouldBeLessThan(1e-5);
            Distance(weight.grad!, doubled.grad!).ShouldBeLessThan(1e-5);
        }
    }

    /// <summary>The largest difference, relative to the peak.</summary>
    private static double Distance(Tensor actual, Tensor expected)
    {
        actual.shape.ShouldBe(expected.shape);
        return ((actual.to(float64) - expected).abs().max() / expected.abs().max()).item<double>();
    }
}

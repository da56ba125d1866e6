using IRConStyle.Abstractions;
using IRConStyle.Modules;
using IRConStyle.Plugins.KBNet;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Kernel basis attention in chunks against its definition, pixel by pixel.</summary>
public sealed class KernelBasisAttentionTests
{
    private const int BasisSize = 5;

    [Theory]
    [InlineData(1, 4, 1, 1)]
    [InlineData(1, 4, 7, 5)]
    [InlineData(2, 8, 3, 9)]
    [InlineData(3, 32, 2, 4)]
    public void It_is_every_pixels_own_kernel_on_its_neighbourhood(int batch, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var arguments = Arguments(batch, channels, height, width);
        var (input, attention, weight, bias) = (arguments[0], arguments[1], arguments[2], arguments[3]);

        using var mode = no_grad();
        var result = KernelBasisAttention.Apply(input, attention, weight, bias);

        var expected = PixelByPixel(input, attention, weight, bias);
        (result - expected).abs().max().item<double>().ShouldBeLessThan(1e-12);
    }

    [Theory]
    [InlineData(1, 4, 1, 1)]
    [InlineData(2, 12, 5, 8)]
    [InlineData(5, 64, 24, 32)]
    [InlineData(2, 16, 160, 120)] // Several bands of rows per image.
    public void Its_value_and_gradients_are_those_of_the_composite_formula(int batch, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var arguments = Arguments(batch, channels, height, width);
        var others = arguments.Select(argument => argument.detach().clone()).ToArray();
        foreach (var argument in arguments.Concat(others))
            argument.requires_grad_();

        var fast = KernelBasisAttention.Apply(arguments[0], arguments[1], arguments[2], arguments[3]);
        var plain = Composite(others[0], others[1], others[2], others[3]);
        var outer = randn_like(plain);
        (fast * outer).sum().backward();
        (plain * outer).sum().backward();

        ShouldAgree(fast, plain, "value");
        foreach (var (argument, other, name) in arguments.Zip(others, new[] { "input", "attention", "weight", "bias" }))
            ShouldAgree(argument.grad.ShouldNotBeNull(), other.grad.ShouldNotBeNull(), name);
    }

    [Fact]
    public void Recording_changes_nothing()
    {
        using var scope = NewDisposeScope();
        var arguments = Arguments(2, 16, 33, 47);
        var recorded = KernelBasisAttention.Apply(arguments[0], arguments[1], arguments[2].requires_grad_(), arguments[3]).detach();

        using var inference = inference_mode();
        var direct = KernelBasisAttention.Apply(arguments[0], arguments[1], arguments[2], arguments[3]);

        direct.equal(recorded).all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void A_gradient_through_a_part_of_the_arguments_is_enough()
    {
        using var scope = NewDisposeScope();
        var arguments = Arguments(1, 8, 6, 6);
        arguments[1].requires_grad_();

        KernelBasisAttention.Apply(arguments[0], arguments[1], arguments[2], arguments[3]).sum().backward();

        arguments[1].grad.ShouldNotBeNull().abs().max().item<double>().ShouldBeGreaterThan(0);
        arguments[0].grad.ShouldBeNull();
    }

    [Theory]
    [InlineData("constyle-kbnet", 16, "48 channels")]
    [InlineData("kbnet", 6, "6 channels")]
    [InlineData("kbnet", 40, "40 channels")]
    public void A_width_that_the_blocks_cannot_split_is_refused_with_what_would_do(string name, int width, string problem)
    {
        object options = name == "kbnet" ? new KbNetOptions { Width = width } : new ConStyleKbNetOptions { Dim = width };

        var exception = Should.Throw<IRConStyleException>(() => new Components().Backbone(name, options));

        exception.Message.ShouldContain(problem);
        exception.Remedy.ShouldNotBeNull().ShouldContain("multiple of 32");
    }

    [Fact]
    public void A_gated_network_of_odd_width_is_refused() =>
        Should.Throw<IRConStyleException>(
                () => new Components().Backbone("kbnet", new KbNetOptions { Width = 4, FeedForwardScale = 1.25 }))
            .Message.ShouldContain("FeedForwardScale");

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(32)]
    public void Widths_that_fit_at_every_level_are_taken(int width)
    {
        var options = new ConStyleKbNetOptions { Dim = width, EncoderBlocks = [1, 1, 1], BottleneckBlocks = 1, DecoderBlocks = [1, 1, 1] };

        using var network = new Components().Backbone("constyle-kbnet", options).Module;

        network.parameters().ShouldNotBeEmpty();
    }

    /// <summary>Input, attention, weight and bias, in the layouts that the block gives them.</summary>
    private static Tensor[] Arguments(int batch, int channels, int height, int width) =>
    [
        randn([batch, channels, height, width], float64).ToChannelsLast(),
        randn([batch, BasisSize, height, width], float64).ToChannelsLast(),
        randn([1, BasisSize, channels * 4 * 9], float64),
        randn([1, BasisSize, channels], float64),
    ];

    private static Tensor PixelByPixel(Tensor input, Tensor attention, Tensor weight, Tensor bias)
    {
        var (batch, channels, height, width) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3]);
        var (x, a) = (input.contiguous().data<double>(), attention.contiguous().data<double>());
        var (w, b) = (weight.data<double>(), bias.data<double>());
        var output = new double[input.numel()];
        for (var index = 0L; index < output.Length; index++)
        {
            var (column, row) = (index % width, index / width % height);
            var (channel, image) = (index / (width * height) % channels, index / (width * height * channels));
            for (var basis = 0L; basis < BasisSize; basis++)
            {
                var sum = b[(basis * channels) + channel];
                for (var term = 0L; term < 36; term++)
                {
                    var source = (channel / 4 * 4) + (term / 9);
                    var (y, z) = (row + (term / 3 % 3) - 1, column + (term % 3) - 1);
                    if (y >= 0 && y < height && z >= 0 && z < width)
                        sum += w[(((basis * channels) + channel) * 36) + term] * x[(((((image * channels) + source) * height) + y) * width) + z];
                }

                output[index] += a[(((((image * BasisSize) + basis) * height) + row) * width) + column] * sum;
            }
        }

        return tensor(output, input.shape);
    }

    /// <summary>All neighbourhoods and all mixed kernels at once, differentiated by the library.</summary>
    private static Tensor Composite(Tensor input, Tensor attention, Tensor weight, Tensor bias)
    {
        var (batch, channels, height, width) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3]);
        var mix = attention.flatten(2).transpose(1, 2);                                             // N×P×B
        var kernels = mix.matmul(weight).view(batch, height * width, channels / 4, 4, 36);
        var patches = nn.functional.unfold(input.contiguous(), (3, 3), padding: (1, 1))             // N×9C×P
            .view(batch, channels / 4, 36, height * width).permute(0, 3, 1, 2).unsqueeze(-1);
        var output = kernels.matmul(patches).view(batch, height * width, channels) + mix.matmul(bias);
        return output.transpose(1, 2).reshape(batch, channels, height, width);
    }

    private static void ShouldAgree(Tensor value, Tensor expected, string name)
    {
        value.shape.ShouldBe(expected.shape, name);
        var peak = expected.abs().max().item<double>();
        (value - expected).abs().max().item<double>().ShouldBeLessThanOrEqualTo(1e-12 * peak, name);
    }
}

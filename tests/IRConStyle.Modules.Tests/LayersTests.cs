using System.Runtime.Intrinsics.X86;
using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Convolutions 1×1 are dilated on the CPU, which changes their speed with one thread and nothing else.</summary>
public sealed class LayersTests
{
    /// <summary>Small ones, which never go to oneDNN, and large ones, batches from 16 up, which always do.</summary>
    public static TheoryData<int, int, int, int, bool> Cases => new()
    {
        { 1, 3, 1, 1, true }, { 1, 48, 1, 1, true }, { 2, 16, 8, 8, false }, { 1, 48, 64, 40, true },
        { 4, 20, 33, 35, true }, { 16, 16, 32, 32, false }, { 1, 192, 96, 128, true },
    };

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Dilation_changes_no_bit_where_oneDNN_computes_anyway(int batch, int channels, int height, int width, bool bias)
    {
        Skip.IfNot(X86Base.IsSupported, "Elsewhere nothing is dilated.");
        Compare(threads: 2, batch, channels, height, width, bias).ShouldBe(0);
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void One_thread_gives_the_same_up_to_rounding(int batch, int channels, int height, int width, bool bias)
    {
        Skip.IfNot(X86Base.IsSupported, "Elsewhere nothing is dilated.");
        Compare(threads: 1, batch, channels, height, width, bias).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Larger_kernels_are_not_dilated()
    {
        using var layer = Layers.Convolution(3, 4, 3);
        using var output = layer.call(zeros(1, 3, 8, 8));
        layer.dilation.ShouldBe([1, 1]);
    }

    /// <summary>The largest difference of outputs and gradients from those of an undilated layer, relative to their peaks.</summary>
    private static double Compare(int threads, int batch, int channels, int height, int width, bool bias)
    {
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            using var scope = NewDisposeScope();
            random.manual_seed(3);
            var layer = Layers.Convolution(channels, channels * 2, 1, bias);
            var plain = nn.Conv2d(channels, channels * 2, 1, bias: bias);
            plain.load_state_dict(layer.state_dict());
            CpuConvolutions.Keep(plain);
            var x = randn(batch, height, width, channels).permute(0, 3, 1, 2);
            var (left, right) = (x.clone().requires_grad_(), x.clone().requires_grad_());

            var (outputs, expected) = (layer.call(left), plain.call(right));
            outputs.square().sum().backward();
            expected.square().sum().backward();

            layer.dilation.ShouldBe([2, 2]);
            plain.dilation.ShouldBe([1, 1]);
            (Tensor, Tensor)[] pairs =
            [
                (outputs, expected), (left.grad!, right.grad!),
                .. layer.parameters().Zip(plain.parameters(), (a, b) => (a.grad!, b.grad!)),
            ];
            return pairs.Max(pair => ((pair.Item1 - pair.Item2).abs().max() / pair.Item2.abs().max()).item<float>());
        }
        finally
        {
            set_num_threads(before);
        }
    }
}

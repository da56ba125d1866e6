using IRConStyle.Modules.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Benchmarks;

/// <summary>What the machine can do: convolution, products and copying, of the same numbers whatever the threads.</summary>
internal sealed class LimitMachine
{
    private const double Convolved = 128.0 * 128 * 96 * 96 * 9 * 2;

    private readonly Tensor _map = rand(1, 128, 128, 96).permute(0, 3, 1, 2);
    private readonly Tensor _weight = rand(96, 96, 3, 3);
    private readonly Tensor _matrix = rand(1024, 1024);
    private readonly Tensor _from = rand(64 << 20);
    private readonly Tensor _to = rand(64 << 20);

    /// <summary>The measurements, with a number of threads.</summary>
    public IEnumerable<LimitCase> Cases(int threads)
    {
        yield return Convolution("convolution 3×3, 96 channels", threads, _map, _weight, isLimit: true);

        if (FusedKernels.Best != KernelForm.Plain)
        {
            var source = new FeatureMap(FeatureMap.Empty(1, 192, 128, 128));
            source.Tensor.fill_(1);
            var target = new FeatureMap(FeatureMap.Empty(1, 192, 128, 128));
            using var square = rand(192, 192);
            var product = new PointwiseConvolution(square, bias: null);
            yield return new LimitCase("product of the kernels, 192", threads, 128.0 * 128 * 192 * 192 * 2, () => Multiply(product, source, target)) { IsLimit = true };
        }

        yield return new LimitCase("matrix product, 1024", threads, 2.0 * 1024 * 1024 * 1024, () => _matrix.mm(_matrix).Dispose());
        yield return new LimitCase("copy, 256 MB", threads, 0, () => _to.copy_(_from)) { Bytes = 2.0 * (256 << 20) };
        yield return Convolution(
            "convolution 3×3, bfloat16", threads, _map.to(ScalarType.BFloat16), _weight.to(ScalarType.BFloat16), isLimit: false);
    }

    private static LimitCase Convolution(string name, int threads, Tensor map, Tensor weight, bool isLimit) =>
        new(name, threads, Convolved, () => nn.functional.conv2d(map, weight, padding: [1, 1]).Dispose()) { IsLimit = isLimit };

    private static void Multiply(PointwiseConvolution product, FeatureMap source, FeatureMap target) =>
        new RowBands(target, bytesPerColumn: 0).Run((band, _) =>
        {
            for (var row = band.Top; row < band.Bottom; row++)
            {
                var (from, to) = (source.Row(0, row, 0, source.Width), target.Row(0, row, 0, target.Width));
                foreach (var (start, count) in from.Chunks())
                    product.Apply(from.Slice(start, count), to.Slice(start, count));
            }
        });
}

using IRConStyle.Modules.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Benchmarks;

/// <summary>What the machine can do: convolution, products and copying.</summary>
internal static class LimitMachine
{
    /// <summary>The measurements, with a number of threads.</summary>
    public static IEnumerable<LimitCase> Cases(int threads)
    {
        var map = rand(1, 128, 128, 96).permute(0, 3, 1, 2);
        var weight = rand(96, 96, 3, 3);
        yield return new LimitCase("convolution 3×3, 96 channels", threads, 128.0 * 128 * 96 * 96 * 9 * 2, () => nn.functional.conv2d(map, weight, padding: [1, 1]).Dispose())
        {
            IsLimit = true,
        };

        if (FusedKernels.Best != KernelForm.Plain)
        {
            var source = new FeatureMap(FeatureMap.Empty(1, 192, 128, 128));
            source.Tensor.fill_(1);
            var target = new FeatureMap(FeatureMap.Empty(1, 192, 128, 128));
            using var square = rand(192, 192);
            var product = new PointwiseConvolution(square, bias: null);
            yield return new LimitCase("product of the kernels, 192", threads, 128.0 * 128 * 192 * 192 * 2, () => Multiply(product, source, target)) { IsLimit = true };
        }

        var matrix = rand(1024, 1024);
        yield return new LimitCase("matrix product, 1024", threads, 2.0 * 1024 * 1024 * 1024, () => matrix.mm(matrix).Dispose());

        var (from, to) = (rand(64 << 20), rand(64 << 20));
        yield return new LimitCase("copy, 256 MB", threads, 0, () => to.copy_(from)) { Bytes = 2.0 * (256 << 20) };

        var (bfloatMap, bfloatWeight) = (map.to(ScalarType.BFloat16), weight.to(ScalarType.BFloat16));
        yield return new LimitCase(
            "convolution 3×3, bfloat16", threads, 128.0 * 128 * 96 * 96 * 9 * 2,
            () => nn.functional.conv2d(bfloatMap, bfloatWeight, padding: [1, 1]).Dispose());
    }

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

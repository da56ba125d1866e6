using IRConStyle.Modules.Kernels;
using TorchSharp;
using static IRConStyle.Modules.Tests.Kernels.Comparison;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests.Kernels;

/// <summary>Products of channels summed over an image, and sums of squares, against libtorch in double precision.</summary>
public sealed class ChannelProductsTests
{
    [SkippableTheory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(2, 2, 3, 5, 9)]
    [InlineData(1, 3, 16, 33, 40)]
    [InlineData(1, 1, 17, 70, 20)]
    [InlineData(1, 2, 48, 40, 65)]
    [InlineData(2, 1, 50, 7, 97)]
    [InlineData(1, 1, 100, 65, 30)]
    public void Products_are_those_of_the_channels_of_a_head(int images, int heads, int size, int height, int width)
    {
        var channels = heads * size;
        random.manual_seed(channels);
        foreach (var form in KernelForms.Fused)
        {
            using var use = KernelForms.Use(form);
            using var scope = NewDisposeScope();
            var input = GuardedMap.Random(images, 2 * channels, height, width);
            var bands = new RowBands(input.Map, int.MaxValue, ChannelProducts.RowsTogether(input.Map));
            using var products = new ChannelProducts(input.Map, bands.Strips, heads, size);

            bands.Run((band, _) =>
            {
                for (var row = band.Top; row < band.Bottom; row++)
                {
                    var pixels = input.Map.Row(band.Image, row, band.Left, band.Right);
                    products.Add(band, row, pixels.Part(0, channels), pixels.Part(channels, channels));
                }
            });

            var totals = products.Totals();
            totals.shape.ShouldBe([images, heads, size, size]);
            var both = input.Tensor.to(float64).reshape(images, 2, heads, size, height * width);
            var expected = both.select(1, 0).matmul(both.select(1, 1).transpose(-2, -1));
            (totals - expected).abs().max().item<double>().ShouldBeLessThanOrEqualTo(1e-6 * Math.Max(expected.abs().max().item<double>(), height * width), form.ToString());
        }
    }

    [SkippableFact]
    public void Bands_begin_where_groups_of_rows_do()
    {
        using var scope = NewDisposeScope();
        Skip.If(FusedKernels.Best == KernelForm.Plain, "This processor has no fused multiply-add.");
        var rows = WithThreads(3, () =>
        {
            var map = new FeatureMap(FeatureMap.Empty(2, 64, 101, 64));
            var visits = new int[2, 101];
            new RowBands(map, 0, rowsTogether: 7).Run((band, _) =>
            {
                (band.Top % 7).ShouldBe(0);
                for (var row = band.Top; row < band.Bottom; row++)
                    Interlocked.Increment(ref visits[band.Image, row]);
            });
            return visits;
        });
        rows.Cast<int>().ShouldAllBe(times => times == 1);
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Plugins.Metrics;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Metrics;

public class MsSsimTests
{
    [Theory]
    [InlineData(1, 11, 13, false)]
    [InlineData(2, 33, 24, false)]
    [InlineData(3, 43, 50, false)]
    [InlineData(3, 44, 41, true)]
    public void It_is_the_formula_of_the_paper(int scales, int height, int width, bool luma)
    {
        using var scope = torch.NewDisposeScope();
        var (restored, clean) = PlainImages.Pair(3, height, width);
        var expected = luma
            ? Plain(PlainImages.LumaOf(restored), PlainImages.LumaOf(clean), scales)
            : Enumerable.Range(0, 3).Average(channel => Plain(PlainImages.Plane(restored, channel), PlainImages.Plane(clean, channel), scales));
        Metric(scales, luma).Measure(restored, clean).ShouldBe(expected, luma ? 1e-7 : 1e-12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_scale_is_SSIM(bool luma)
    {
        using var scope = torch.NewDisposeScope();
        var (restored, clean) = PlainImages.Pair(3, 30, 25);
        Metric(1, luma).Measure(restored, clean).ShouldBe(new SsimMetric(new MetricOptions(), luma).Measure(restored, clean), 1e-14);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Equal_images_score_one(int channels)
    {
        using var scope = torch.NewDisposeScope();
        var (image, _) = PlainImages.Pair(channels, 161, 170);
        Metric(5).Measure(image, image).ShouldBe(1, 1e-12);
    }

    [Fact]
    public void It_is_symmetric()
    {
        using var scope = torch.NewDisposeScope();
        var (a, b) = PlainImages.Pair(3, 165, 162);
        Metric(5).Measure(b, a).ShouldBe(Metric(5).Measure(a, b), 1e-12);
    }

    [Fact]
    public void A_negative_mean_counts_as_zero()
    {
        using var scope = torch.NewDisposeScope();
        var (image, _) = PlainImages.Pair(1, 40, 40);
        var negative = (255 - image).to(torch.uint8);
        new SsimMetric(new MetricOptions(), lumaOnly: false).Measure(negative, image).ShouldBeLessThan(0);
        foreach (var scales in new[] { 1, 2 })
            Metric(scales).Measure(negative, image).ShouldBe(0);
    }

    [Theory]
    [InlineData(5, 161)]
    [InlineData(4, 81)]
    [InlineData(3, 41)]
    [InlineData(2, 21)]
    [InlineData(1, 11)]
    public void The_smallest_image_of_each_number_of_scales_is_measured(int scales, int side)
    {
        using var scope = torch.NewDisposeScope();
        var (restored, clean) = PlainImages.Pair(1, side, side);
        Metric(scales).Measure(restored, clean).ShouldBe(Plain(PlainImages.Plane(restored, 0), PlainImages.Plane(clean, 0), scales), 1e-12);
        var (smaller, other) = PlainImages.Pair(1, side, side - 1);
        Should.Throw<IRConStyleException>(() => Metric(scales).Measure(smaller, other));
    }

    [Fact]
    public void An_image_too_small_is_told_what_fits()
    {
        using var scope = torch.NewDisposeScope();
        var (restored, clean) = PlainImages.Pair(1, 60, 200);
        var error = Should.Throw<IRConStyleException>(() => Metric(5).Measure(restored, clean));
        error.Message.ShouldContain("ms-ssim: the image is 200×60 pixels");
        error.Remedy.ShouldBe("Scales 5 needs 161×161 pixels; Scales 3 fits this image, but its figures compare only with figures of 3.");

        (restored, clean) = PlainImages.Pair(1, 30, 30);
        Should.Throw<IRConStyleException>(() => Metric(2, border: 10).Measure(restored, clean)).Remedy.ShouldBe("Scales 2 needs 21×21 pixels, and none fits this image.");
    }

    [Fact]
    public void Borders_are_left_out()
    {
        using var scope = torch.NewDisposeScope();
        var (restored, clean) = PlainImages.Pair(3, 50, 60);
        var inner = (restored[.., 4..46, 4..56].contiguous(), clean[.., 4..46, 4..56].contiguous());
        Metric(2, border: 4).Measure(restored, clean).ShouldBe(Metric(2).Measure(inner.Item1, inner.Item2), 1e-14);
    }

    [Fact]
    public void All_five_weights_are_the_published_ones_and_fewer_sum_to_one()
    {
        MsSsimMetric.WeightsOf(5).ShouldBe([0.0448, 0.2856, 0.3001, 0.2363, 0.1333]);
        foreach (var scales in new[] { 1, 2, 3, 4 })
            MsSsimMetric.WeightsOf(scales).Sum().ShouldBe(1, 1e-15);
    }

    /// <summary>The formula as it stands in the paper: a 2-D window at every position, variances as means of squared distances.</summary>
    private static double Plain(double[,] x, double[,] y, int scales)
    {
        var product = 1.0;
        for (var scale = 1; scale <= scales; scale++)
        {
            var (whole, contrast) = Similarity(x, y);
            product *= Math.Pow(Math.Max(scale == scales ? whole : contrast, 0), MsSsimMetric.WeightsOf(scales)[scale - 1]);
            (x, y) = (Halve(x), Halve(y));
        }

        return product;
    }

    private static (double Whole, double Contrast) Similarity(double[,] x, double[,] y)
    {
        double[] gaussian = [.. Enumerable.Range(-5, 11).Select(k => Math.Exp(-k * k / 4.5))];
        var (c1, c2, total) = (6.5025, 58.5225, gaussian.Sum() * gaussian.Sum());
        var (wholes, contrasts) = (new List<double>(), new List<double>());
        for (var top = 0; top + 11 <= x.GetLength(0); top++)
            for (var left = 0; left + 11 <= x.GetLength(1); left++)
            {
                var taps = (from i in Enumerable.Range(0, 11)
                            from j in Enumerable.Range(0, 11)
                            select (Weight: gaussian[i] * gaussian[j] / total, X: x[top + i, left + j], Y: y[top + i, left + j])).ToList();
                var (meanX, meanY) = (taps.Sum(tap => tap.Weight * tap.X), taps.Sum(tap => tap.Weight * tap.Y));
                var varianceX = taps.Sum(tap => tap.Weight * (tap.X - meanX) * (tap.X - meanX));
                var varianceY = taps.Sum(tap => tap.Weight * (tap.Y - meanY) * (tap.Y - meanY));
                var covariance = taps.Sum(tap => tap.Weight * (tap.X - meanX) * (tap.Y - meanY));
                contrasts.Add((2 * covariance + c2) / (varianceX + varianceY + c2));
                wholes.Add((2 * meanX * meanY + c1) / (meanX * meanX + meanY * meanY + c1) * contrasts[^1]);
            }

        return (wholes.Average(), contrasts.Average());
    }

    private static double[,] Halve(double[,] image)
    {
        var (height, width) = (image.GetLength(0), image.GetLength(1));
        var half = new double[(height + 1) / 2, (width + 1) / 2];
        for (var i = 0; i < half.GetLength(0); i++)
            for (var j = 0; j < half.GetLength(1); j++)
            {
                var (below, right) = (Math.Min(2 * i + 1, height - 1), Math.Min(2 * j + 1, width - 1));
                half[i, j] = (image[2 * i, 2 * j] + image[below, 2 * j] + image[2 * i, right] + image[below, right]) / 4;
            }

        return half;
    }

    private static MsSsimMetric Metric(int scales, bool luma = false, int border = 0) => new(new MsSsimOptions { Scales = scales, CropBorder = border }, luma);
}

using System.Numerics;
using IRConStyle.Abstractions;
using IRConStyle.Plugins.Losses;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Losses;

/// <summary>Losses without golden values, against their formulas written out number by number in double precision.</summary>
public class ImageLossTests
{
    private const int Count = 2;
    private const int Height = 6;
    private const int Width = 7;

    [Fact]
    public void Psnr_is_ten_logarithms_of_each_image_s_mean_square_difference()
    {
        var (restored, clean) = (Random(1), Random(2));
        var expected = Enumerable.Range(0, Count).Average(n =>
            10 * Math.Log10(restored[n].Zip(clean[n], (x, y) => (x - y) * (x - y)).Average() + 1e-8));
        Value(new PsnrLoss(new()), restored, clean).ShouldBe(expected, 1e-10);
    }

    [Fact]
    public void Psnr_of_luma_compares_studio_range_bytes()
    {
        var (restored, clean) = (Random(1), Random(2));
        var expected = Enumerable.Range(0, Count).Average(n =>
            10 * Math.Log10(Luma(restored[n]).Zip(Luma(clean[n]), (x, y) => (x - y) * (x - y)).Average() + 1e-8));
        Value(new PsnrLoss(new() { ToY = true }), restored, clean).ShouldBe(expected, 1e-10);

        static double[] Luma(double[] image) =>
            [.. Enumerable.Range(0, Height * Width).Select(i =>
                (65.481 * image[i] + 128.553 * image[i + Height * Width] + 24.966 * image[i + 2 * Height * Width] + 16) / 255)];
    }

    [Fact]
    public void Equal_images_have_a_psnr_of_80_dB_and_opposite_ones_of_0()
    {
        using var scope = torch.NewDisposeScope();
        var black = torch.zeros(1, 3, 4, 4);
        new PsnrLoss(new()).Compute(black, black).item<float>().ShouldBe(-80, 1e-4);
        new PsnrLoss(new()).Compute(black, torch.ones(1, 3, 4, 4)).item<float>().ShouldBe(0, 1e-4);
    }

    [Fact]
    public void Luma_is_refused_of_grey_images()
    {
        using var scope = torch.NewDisposeScope();
        Should.Throw<IRConStyleException>(() => new PsnrLoss(new() { ToY = true }).Compute(torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 4, 4)))
            .Message.ShouldContain("1×1×4×4");
    }

    [Fact]
    public void Frequency_averages_real_and_imaginary_parts_of_the_spectra_s_differences()
    {
        var (restored, clean) = (Random(3), Random(4));
        var parts = new List<double>();
        for (var n = 0; n < Count; n++)
            for (var c = 0; c < 3; c++)
                for (var u = 0; u < Height; u++)
                    for (var v = 0; v < Width; v++)
                    {
                        var difference = Spectrum(restored[n], c, u, v) - Spectrum(clean[n], c, u, v);
                        parts.AddRange([Math.Abs(difference.Real), Math.Abs(difference.Imaginary)]);
                    }

        Value(new FrequencyLoss(), restored, clean).ShouldBe(parts.Average(), 1e-10);
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(0.1)]
    public void Edge_is_charbonnier_between_the_first_levels_of_two_laplacian_pyramids(double epsilon)
    {
        var (restored, clean) = (Random(5), Random(6));
        var values = Enumerable.Range(0, Count).SelectMany(n => Enumerable.Range(0, 3).SelectMany(c =>
            Level(restored[n], c).Zip(Level(clean[n], c), (x, y) => Math.Sqrt((x - y) * (x - y) + epsilon * epsilon))));
        Value(new EdgeLoss(new() { Epsilon = epsilon }), restored, clean).ShouldBe(values.Average(), 1e-10);
    }

    [Fact]
    public void Edge_sees_no_difference_in_brightness_inside_flat_images()
    {
        using var scope = torch.NewDisposeScope();
        // 4·(1/4 kept) is the flat image again away from the border.
        var flat = new EdgeLoss(new()).Compute(torch.full([1, 3, 64, 64], 0.7f), torch.full([1, 3, 64, 64], 0.2f)).item<float>();
        var noisy = new EdgeLoss(new()).Compute(torch.rand(1, 3, 64, 64), torch.full([1, 3, 64, 64], 0.2f)).item<float>();
        flat.ShouldBeLessThan(noisy / 5);
    }

    [Fact]
    public void Total_variation_needs_neighbours()
    {
        using var scope = torch.NewDisposeScope();
        var column = torch.zeros(1, 3, 4, 1);
        Should.Throw<IRConStyleException>(() => new TotalVariationLoss(new()).Compute(column, column)).Message.ShouldContain("4×1");
    }

    private static double[][] Random(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Count).Select(_ => Enumerable.Range(0, 3 * Height * Width).Select(_ => random.NextDouble()).ToArray())];
    }

    private static double Value(IRestorationLoss loss, double[][] restored, double[][] clean)
    {
        using var scope = torch.NewDisposeScope();
        return loss.Compute(Images(restored), Images(clean)).item<double>();

        static torch.Tensor Images(double[][] values) => torch.tensor(values.SelectMany(value => value).ToArray()).reshape(Count, 3, Height, Width);
    }

    private static Complex Spectrum(double[] image, int channel, int u, int v)
    {
        var sum = Complex.Zero;
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
                sum += image[(channel * Height + y) * Width + x] * Complex.Exp(new Complex(0, -2 * Math.PI * ((double)u * y / Height + (double)v * x / Width)));
        return sum;
    }

    private static IEnumerable<double> Level(double[] image, int channel)
    {
        var plane = new double[Height, Width];
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
                plane[y, x] = image[(channel * Height + y) * Width + x];
        var thinned = Blur(plane);
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
                thinned[y, x] = y % 2 == 0 && x % 2 == 0 ? 4 * thinned[y, x] : 0;
        return plane.Cast<double>().Zip(Blur(thinned).Cast<double>(), (x, y) => x - y);
    }

    private static double[,] Blur(double[,] plane)
    {
        double[] weights = [0.05, 0.25, 0.4, 0.25, 0.05];
        var result = new double[Height, Width];
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
                for (var i = -2; i <= 2; i++)
                    for (var j = -2; j <= 2; j++)
                        result[y, x] += weights[i + 2] * weights[j + 2] * plane[Math.Clamp(y + i, 0, Height - 1), Math.Clamp(x + j, 0, Width - 1)];
        return result;
    }
}

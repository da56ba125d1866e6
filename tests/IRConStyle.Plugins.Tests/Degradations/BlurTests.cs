using IRConStyle.Abstractions;
using IRConStyle.Plugins.Degradations;
using TorchSharp;
using static IRConStyle.Plugins.Tests.Degradations.DegradationHost;

namespace IRConStyle.Plugins.Tests.Degradations;

public class BlurTests
{
    public static TheoryData<string> Blurs => ["motion", "frames", "defocus", "downscale"];

    [Theory]
    [MemberData(nameof(Blurs))]
    public void A_blur_leaves_an_even_image_alone(string name)
    {
        using var scope = torch.NewDisposeScope();
        Degrade(Create(name), Flat(0.37, 33, 47)).ShouldAllBe(value => Math.Abs(value - 0.37f) < 1e-5f);
    }

    [Theory]
    [MemberData(nameof(Blurs))]
    public void A_blur_keeps_the_mean_and_lowers_the_contrast(string name)
    {
        using var scope = torch.NewDisposeScope();
        // Dark at the borders, so that none of the light leaves the image.
        var clean = Image(96, 96, (_, row, column) => row is > 32 and < 64 && column is > 32 and < 64 ? 0.2 + 0.6 * ((row / 2 + column / 3) % 2) : 0);
        var before = Moments(Values(clean).Select(value => (double)value));
        var after = Moments(Degrade(Create(name), clean).Select(value => (double)value));
        after.Mean.ShouldBe(before.Mean, 0.02 * before.Mean);
        after.Variance.ShouldBeLessThan(before.Variance);
    }

    [Fact]
    public void Motion_kernels_sum_to_one_and_move_nothing_on_average()
    {
        foreach (var seed in Enumerable.Range(0, 50))
        {
            var kernel = new MotionBlur(new MotionBlurOptions()).KernelFor((ulong)seed);
            kernel.Taps.ShouldAllBe(tap => tap.Weight > 0);
            kernel.Taps.Sum(tap => (double)tap.Weight).ShouldBe(1, 1e-5);
            kernel.Taps.Sum(tap => tap.X * (double)tap.Weight).ShouldBe(0, 1e-3);
            kernel.Taps.Sum(tap => tap.Y * (double)tap.Weight).ShouldBe(0, 1e-3);
        }
    }

    [Fact]
    public void A_steady_hand_draws_a_line_of_the_given_length()
    {
        var blur = new MotionBlur(new MotionBlurOptions { LengthMin = 12, LengthMax = 12, ShakeMax = 0 });
        foreach (var seed in Enumerable.Range(0, 20))
        {
            var (along, across) = Spread(blur.KernelFor((ulong)seed));
            // An even line of length L has variance L²/12; sampling it on pixels adds up to a quarter across and along.
            along.ShouldBe(12.0 * 12 / 12, 0.6);
            across.ShouldBeInRange(0, 0.26);
        }
    }

    [Fact]
    public void A_nervous_hand_draws_no_line()
    {
        var blur = new MotionBlur(new MotionBlurOptions { LengthMin = 30, LengthMax = 30, ShakeMin = 1, ShakeMax = 1 });
        var ratios = Enumerable.Range(0, 50).Select(seed => Spread(blur.KernelFor((ulong)seed))).Select(spread => spread.Across / spread.Along).ToList();
        ratios.Average().ShouldBeGreaterThan(0.08);
        ratios.Max().ShouldBeGreaterThan(0.3);
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(3)]
    [InlineData(7.3)]
    public void A_disc_has_the_sum_and_the_spread_of_a_disc(double radius)
    {
        var kernel = new DefocusBlur(new DefocusBlurOptions { RadiusMin = radius, RadiusMax = radius }).KernelFor(1);
        kernel.Taps.Sum(tap => (double)tap.Weight).ShouldBe(1, 1e-5);
        var (along, across) = Spread(kernel);
        // A disc has variance r²/4 on each axis; gathering it in pixels adds 1/12 (Sheppard's correction).
        along.ShouldBe(radius * radius / 4 + 1.0 / 12, 0.05 * radius);
        across.ShouldBe(along, 1e-6);
    }

    [Fact]
    public void A_disc_of_no_size_is_sharp()
    {
        using var scope = torch.NewDisposeScope();
        Degrade(new DefocusBlur(new DefocusBlurOptions { RadiusMin = 0, RadiusMax = 0 }), Picture()).ShouldBe(Values(Picture()));
    }

    [Fact]
    public void A_kernel_convolves_as_the_sum_says_mirrored_at_the_borders()
    {
        double[] weights = [1, 2, 0, 0, 4, 0, 3, 0, 6];
        using var scope = torch.NewDisposeScope();
        var image = Image(7, 19, (_, row, column) => Math.Sin(row * 3.1 + column * column * 0.7), channels: 1);
        var source = Values(image);
        var result = new float[source.Length];
        new BlurKernel(weights).Apply(source, result, new PlaneSize(1, 7, 19));
        for (var row = 0; row < 7; row++)
            for (var column = 0; column < 19; column++)
            {
                var expected = 0.0;
                for (var i = 0; i < 9; i++)
                    expected += weights[i] / 16 * source[Mirror(row - (i / 3 - 1), 7) * 19 + Mirror(column - (i % 3 - 1), 19)];
                result[row * 19 + column].ShouldBe((float)expected, 1e-6f);
            }

        static int Mirror(int at, int length) => at < 0 ? -at : at >= length ? 2 * length - 2 - at : at;
    }

    [Fact]
    public void Frames_that_do_not_move_are_the_image()
    {
        using var scope = torch.NewDisposeScope();
        var still = new FrameAverage(new FrameAverageOptions { TravelMax = 0, RotationMax = 0, ZoomMax = 0 });
        var clean = Values(Picture());
        Degrade(still, Picture()).Zip(clean, (value, was) => Math.Abs(value - was)).Max().ShouldBeLessThan(1e-5f);
    }

    [Fact]
    public void Frames_lie_around_the_image_at_most_a_pixel_apart_or_as_many_as_asked_for()
    {
        var size = new PlaneSize(3, 64, 64);
        var options = new FrameAverageOptions { RotationMax = 12, ZoomMax = 0.2, TravelMax = 30 };
        foreach (var seed in Enumerable.Range(0, 50))
        {
            var frames = new FrameAverage(options).MovementFor((ulong)seed, size);
            frames.Count.ShouldBeGreaterThanOrEqualTo(7);
            frames.Average(frame => frame.ShiftX).ShouldBe(0, 0.5);
            frames.Average(frame => frame.ShiftY).ShouldBe(0, 0.5);
            foreach (var (x, y) in new[] { (0, 0), (63, 0), (0, 63), (63, 63) })
                foreach (var (one, next) in frames.Zip(frames.Skip(1)))
                {
                    var ((x0, y0), (x1, y1)) = (Place(one, x, y), Place(next, x, y));
                    // Growing while it turns, a corner's way is a little longer than its parts.
                    Math.Sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)).ShouldBeLessThan(1.15);
                }
        }

        new FrameAverage(new FrameAverageOptions { Frames = 11 }).MovementFor(1, size).Count.ShouldBe(11);
        new FrameAverage(new FrameAverageOptions { RotationMax = 45 }).MovementFor(3, new PlaneSize(3, 4000, 6000)).Count.ShouldBeLessThanOrEqualTo(200);

        static (double X, double Y) Place(FramePlace frame, double x, double y)
        {
            var (cos, sin) = (frame.Scale * Math.Cos(frame.Angle), frame.Scale * Math.Sin(frame.Angle));
            var (dx, dy) = (x - frame.CentreX, y - frame.CentreY);
            return (frame.CentreX + frame.ShiftX + cos * dx - sin * dy, frame.CentreY + frame.ShiftY + sin * dx + cos * dy);
        }
    }

    [Fact]
    public void Turning_and_zooming_blur_the_rim_more_than_the_centre()
    {
        using var scope = torch.NewDisposeScope();
        var clean = Image(128, 128, (_, row, column) => (row / 4 + column / 4) % 2);
        var turning = new FrameAverage(new FrameAverageOptions { TravelMax = 0, RotationMax = 10, ZoomMax = 0 });
        var differs = 0;
        for (ulong seed = 0; seed < 8; seed++)
        {
            var frame = turning.MovementFor(seed, new PlaneSize(3, 128, 128))[0];
            var blurred = Degrade(turning, clean, seed);
            double Contrast(double x, double y)
            {
                var (left, top) = ((int)Math.Clamp(x - 12, 0, 104), (int)Math.Clamp(y - 12, 0, 104));
                return Moments(Enumerable.Range(0, 24 * 24).Select(i => (double)blurred[(top + i / 24) * 128 + left + i % 24])).Variance;
            }

            // The corner farthest from the centre of the turn.
            var (farX, farY) = (frame.CentreX < 64 ? 127 : 0, frame.CentreY < 64 ? 127 : 0);
            if (Contrast(frame.CentreX, frame.CentreY) > Contrast(farX, farY))
                differs++;
        }

        differs.ShouldBe(8);
    }

    [Fact]
    public void Light_is_averaged_where_a_response_is_given()
    {
        using var scope = torch.NewDisposeScope();
        // Half of the time black, half of the time white: 0.5 of the light is more than 0.5 of the values.
        var clean = Image(64, 64, (_, _, column) => column % 8 < 4 ? 0 : 1);
        var options = new FrameAverageOptions { TravelMax = 60, ShakeMax = 0, RotationMax = 0, ZoomMax = 0 };
        var values = Degrade(new FrameAverage(options), clean, 3).Average();
        options.Gamma = 2.2;
        Degrade(new FrameAverage(options), clean, 3).Average().ShouldBeGreaterThan(values + 0.1f);
    }

    [Fact]
    public void Downscaling_keeps_what_fits_the_smaller_image_and_removes_the_rest()
    {
        using var scope = torch.NewDisposeScope();
        var downscaling = new Downscaling(new DownscalingOptions { FactorMin = 3, FactorMax = 3 });
        double Left(double period)
        {
            var clean = Image(96, 96, (_, _, column) => 0.5 + 0.4 * Math.Sin(2 * Math.PI * column / period));
            var inner = Degrade(downscaling, clean).Where((_, i) => i % 96 is > 16 and < 80);
            return Math.Sqrt(2 * Moments(inner.Select(value => (double)value)).Variance) / 0.4;
        }

        Left(32).ShouldBeGreaterThan(0.95);
        // Shorter than two of the new pixels.
        Left(4).ShouldBeLessThan(0.1);
    }

    [Fact]
    public void A_factor_of_one_changes_nothing()
    {
        using var scope = torch.NewDisposeScope();
        var clean = Values(Picture());
        Degrade(new Downscaling(new DownscalingOptions { FactorMin = 1, FactorMax = 1 }), Picture())
            .Zip(clean, (value, was) => Math.Abs(value - was)).Max().ShouldBeLessThan(1e-6f);
    }

    private static IDegradation Create(string name) => name switch
    {
        "motion" => new MotionBlur(new MotionBlurOptions { LengthMin = 6 }),
        "frames" => new FrameAverage(new FrameAverageOptions()),
        "defocus" => new DefocusBlur(new DefocusBlurOptions { RadiusMin = 2 }),
        _ => new Downscaling(new DownscalingOptions()),
    };

    /// <summary>The variances of a kernel along its longer and its shorter axis.</summary>
    private static (double Along, double Across) Spread(BlurKernel kernel)
    {
        var xx = kernel.Taps.Sum(tap => tap.X * tap.X * (double)tap.Weight);
        var yy = kernel.Taps.Sum(tap => tap.Y * tap.Y * (double)tap.Weight);
        var xy = kernel.Taps.Sum(tap => tap.X * tap.Y * (double)tap.Weight);
        var (mean, difference) = ((xx + yy) / 2, Math.Sqrt((xx - yy) * (xx - yy) / 4 + xy * xy));
        return (mean + difference, mean - difference);
    }
}

using IRConStyle.Plugins.Degradations;
using TorchSharp;
using static IRConStyle.Plugins.Tests.Degradations.DegradationHost;

namespace IRConStyle.Plugins.Tests.Degradations;

public class WeatherTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rain_is_light_that_is_added_without_colour_beneath_a_veil(bool heavy)
    {
        var rain = new Rain(heavy ? new HeavyRainOptions() : new RainOptions());
        using var scope = torch.NewDisposeScope();
        var clean = Picture();
        var (size, source) = (new PlaneSize(3, 48, 56), Values(clean));
        for (ulong seed = 0; seed < 5; seed++)
        {
            var streaks = new float[size.Plane];
            var (veil, light) = rain.Draw(streaks, size, new RandomStream(seed));
            streaks.ShouldAllBe(value => value >= 0);
            veil.ShouldBeInRange(0, heavy ? 0.1 : 0);
            var degraded = Degrade(rain, clean, seed);
            for (var i = 0; i < degraded.Length; i++)
                degraded[i].ShouldBe(Math.Clamp((float)((1 - veil) * (source[i] + streaks[i % size.Plane]) + veil * light), 0, 1), 1e-6f);
        }
    }

    [Fact]
    public void Twice_the_density_is_twice_the_light()
    {
        double Light(double density) => Enumerable.Range(0, 20).Average(seed => Streaks(
            new RainOptions { DensityMin = density, DensityMax = density, LengthMin = 20, LengthMax = 20, WidthMin = 0.8, WidthMax = 0.8 }, seed).Average());
        (Light(6) / Light(3)).ShouldBe(2, 0.15);
    }

    [Theory]
    [InlineData(-40)]
    [InlineData(0)]
    [InlineData(25)]
    public void Streaks_fall_in_the_direction_they_are_told(double angle)
    {
        var options = new RainOptions { AngleMin = angle, AngleMax = angle, AngleSpread = 0, LengthMin = 40, LengthMax = 40, WidthMin = 1.2, WidthMax = 1.2 };
        foreach (var seed in Enumerable.Range(0, 3))
        {
            // The direction along which the picture changes least: the structure tensor's weaker eigenvector.
            var streaks = Streaks(options, seed);
            var (xx, yy, xy) = (0.0, 0.0, 0.0);
            for (var row = 1; row < 127; row++)
                for (var column = 1; column < 127; column++)
                {
                    var at = row * 128 + column;
                    var (dx, dy) = (streaks[at + 1] - streaks[at - 1], streaks[at + 128] - streaks[at - 128]);
                    (xx, yy, xy) = (xx + dx * dx, yy + dy * dy, xy + dx * dy);
                }

            var steepest = 0.5 * Math.Atan2(2 * xy, xx - yy);
            // Across a streak that falls straight down the change is along the rows: 0. Rows grow downwards, so signs turn.
            (-steepest * 180 / Math.PI).ShouldBe(angle, 4);
        }
    }

    [Fact]
    public void Heavy_rain_is_heavier()
    {
        double Covered(RainOptions options) => Enumerable.Range(0, 20).Average(seed => Streaks(options, seed).Average(value => value > 0.05 ? 1.0 : 0.0));
        // Rain100L has about 16 % of such pixels, Rain100H about 75 %.
        Covered(new RainOptions()).ShouldBeInRange(0.05, 0.25);
        Covered(new HeavyRainOptions()).ShouldBeInRange(0.3, 0.85);
    }

    [Fact]
    public void Haze_is_the_scattering_equation()
    {
        var options = new HazeOptions();
        using var scope = torch.NewDisposeScope();
        var clean = Picture();
        var (size, source) = (new PlaneSize(3, 48, 56), Values(clean));
        for (ulong seed = 0; seed < 20; seed++)
        {
            var (transmission, airlight) = new Haze(options).SceneFor(source, size, seed);
            transmission.ShouldAllBe(t => t > Math.Exp(-options.ScatteringMax) - 1e-6 && t <= 1);
            airlight.ShouldAllBe(light => light >= options.AirlightMin - options.AirlightTint && light <= 1);
            var degraded = Degrade(new Haze(options), clean, seed);
            for (var i = 0; i < degraded.Length; i++)
            {
                var t = transmission[i % size.Plane];
                degraded[i].ShouldBe(source[i] * t + airlight[i / size.Plane] * (1 - t), 1e-6f);
            }
        }
    }

    [Fact]
    public void No_scattering_is_no_haze()
    {
        using var scope = torch.NewDisposeScope();
        Degrade(new Haze(new HazeOptions { ScatteringMin = 0, ScatteringMax = 0 }), Picture()).ShouldBe(Values(Picture()));
    }

    [Fact]
    public void Depth_is_smooth_but_for_the_edges_of_the_image_and_grows_upwards_mostly()
    {
        using var scope = torch.NewDisposeScope();
        // One vertical edge in the middle; steps of depth are to be found there.
        var image = Values(Image(96, 96, (_, _, column) => column < 48 ? 0.1 : 0.9));
        var (atEdge, elsewhere, upwards) = (0.0, 0.0, 0);
        for (ulong seed = 0; seed < 40; seed++)
        {
            var depth = DepthMap.Draw(image, new PlaneSize(3, 96, 96), new RandomStream(seed));
            depth.ShouldAllBe(d => d >= 0 && d <= 1.000001f);
            double Step(int column) => Enumerable.Range(0, 96).Average(row => Math.Abs(depth[row * 96 + column] - depth[row * 96 + column - 1]));
            atEdge += Step(48);
            elsewhere += (Step(20) + Step(76)) / 2;
            if (Enumerable.Range(0, 96 * 24).Average(i => depth[i]) > Enumerable.Range(96 * 72, 96 * 24).Average(i => depth[i]))
                upwards++;
        }

        atEdge.ShouldBeGreaterThan(3 * elsewhere);
        upwards.ShouldBeGreaterThan(28);
    }

    private static float[] Streaks(RainOptions options, int seed)
    {
        var streaks = new float[128 * 128];
        new Rain(options).Draw(streaks, new PlaneSize(1, 128, 128), new RandomStream((ulong)seed));
        return streaks;
    }
}

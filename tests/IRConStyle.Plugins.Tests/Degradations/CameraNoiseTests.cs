using IRConStyle.Plugins.Degradations;
using TorchSharp;
using static IRConStyle.Plugins.Tests.Degradations.DegradationHost;

namespace IRConStyle.Plugins.Tests.Degradations;

public class CameraNoiseTests
{
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void The_variance_is_a_y_plus_b_squared(double light)
    {
        const double Shot = 0.004, Read = 0.02;
        var noise = new CameraNoise(new CameraNoiseOptions { ShotMin = Shot, ShotMax = Shot, ReadSigma = Read, InLinearLight = false });
        using var scope = torch.NewDisposeScope();
        var (mean, variance) = Moments(Degrade(noise, Flat(light, 128, 128)).Select(value => (double)value));
        mean.ShouldBe(light, 0.002);
        variance.ShouldBe(Shot * light + Read * Read, 0.05 * (Shot * light + Read * Read));
    }

    [Fact]
    public void Shot_noise_comes_in_photons()
    {
        const double Shot = 0.01;
        var noise = new CameraNoise(new CameraNoiseOptions { ShotMin = Shot, ShotMax = Shot, ReadSigma = 0, InLinearLight = false });
        using var scope = torch.NewDisposeScope();
        Degrade(noise, Flat(0.3)).ShouldAllBe(value => Math.Abs(value / Shot - Math.Round(value / Shot)) < 1e-3);
    }

    [Fact]
    public void Read_noise_follows_shot_noise_as_measured_on_cameras()
    {
        var options = new CameraNoiseOptions { ShotMin = 0.001, ShotMax = 0.001 };
        var reads = Enumerable.Range(0, 5000).Select(seed => Math.Log(Math.Pow(new CameraNoise(options).LevelsFor(new RandomStream((ulong)seed)).Read, 2)));
        var (mean, variance) = Moments(reads);
        mean.ShouldBe(2.18 * Math.Log(0.001) + 1.20, 0.02);
        Math.Sqrt(variance).ShouldBe(0.26, 0.01);
    }

    [Fact]
    public void Hardly_any_noise_in_linear_light_gives_the_image_back()
    {
        var noise = new CameraNoise(new CameraNoiseOptions { ShotMin = 1e-7, ShotMax = 1e-7, ReadSigma = 0 });
        using var scope = torch.NewDisposeScope();
        var clean = Values(Picture());
        Degrade(noise, Picture()).Zip(clean, (value, was) => Math.Abs(value - was)).Max().ShouldBeLessThan(0.002f);
    }

    [Fact]
    public void In_linear_light_shadows_are_noisier_than_highlights()
    {
        var noise = new CameraNoise(new CameraNoiseOptions { ShotMin = 0.004, ShotMax = 0.004 });
        using var scope = torch.NewDisposeScope();
        double Deviation(double value) => Math.Sqrt(Moments(Degrade(noise, Flat(value)).Select(seen => (double)seen)).Variance);
        Deviation(0.2).ShouldBeGreaterThan(1.1 * Deviation(0.8));
        Degrade(noise, Flat(0.99)).ShouldAllBe(value => value >= 0 && value <= 1);
    }
}

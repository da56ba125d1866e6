using System.Text.Json;
using IRConStyle.Plugins.Degradations;

namespace IRConStyle.Plugins.Tests.Degradations;

public class NumpyRandomTests
{
    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllText(SharedData.Golden("transforms", "noise_and_crop_draws.json"))).RootElement;

    [Fact]
    public void Raw_bits_are_those_of_numpy()
    {
        var random = new NumpyRandom(0);
        foreach (var expected in Golden.GetProperty("numpy_seed0_uint32_first_8").EnumerateArray())
            random.NextUInt32().ShouldBe(expected.GetUInt32());
    }

    [Fact]
    public void Uniform_numbers_are_those_of_numpy()
    {
        var random = new NumpyRandom(0);
        foreach (var expected in Golden.GetProperty("numpy_seed0_random_sample_first_8").EnumerateArray())
            random.NextDouble().ShouldBe(expected.GetDouble());
    }

    [Fact]
    public void Gaussian_numbers_are_those_of_numpy()
    {
        var random = new NumpyRandom(0);
        foreach (var expected in Golden.GetProperty("numpy_seed0_standard_normal_first_16").EnumerateArray())
            random.NextGaussian().ShouldBe(expected.GetDouble());
    }

    // The published check value of the algorithm itself, after the state has been refilled many times.
    [Fact]
    public void The_ten_thousandth_number_of_seed_5489_is_the_published_one()
    {
        var random = new NumpyRandom(5489);
        for (var i = 1; i < 10_000; i++)
            random.NextUInt32();
        random.NextUInt32().ShouldBe(4123659995U);
    }
}

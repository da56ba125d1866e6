using IRConStyle.Abstractions;
using IRConStyle.Plugins.Degradations;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Degradations;

public class GaussianNoiseTests
{
    private static readonly string File = SharedData.Golden("transforms", "noise_protocol.safetensors");

    [Fact]
    public void Double_precision_noise_is_that_of_numpy_bit_for_bit()
    {
        using var scope = torch.NewDisposeScope();
        var random = new NumpyRandom(0);
        foreach (var expected in Vectors.Read(File, "expected/noise_sigma25").data<double>())
            (25 / 255.0 * random.NextGaussian()).ShouldBe(expected);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(25)]
    [InlineData(50)]
    public void A_test_image_is_noised_as_the_reference_does_bit_for_bit(double sigma)
    {
        using var scope = torch.NewDisposeScope();
        var clean = Vectors.RgbOfBgr(Vectors.Read(File, "input/noise_clean_bgr_u8"));

        var noisy = new GaussianNoise(new GaussianNoiseOptions { Sigma = sigma }).Apply(clean, SampleRequest.Whole.Seed);

        noisy.ShouldEqualExactly(Vectors.Read(File, $"expected/noisy_sigma{sigma}_lq"));
    }

    // The reference pads these two to multiples of 8 after adding noise; the engine pads on its own.
    [Theory]
    [InlineData("noise_odd")]
    [InlineData("noise_gray")]
    public void Odd_and_grey_images_are_noised_as_the_reference_does_bit_for_bit(string name)
    {
        using var scope = torch.NewDisposeScope();
        var clean = Vectors.Read(File, $"expected/{name}_sigma25_gt")[.., ..33, ..50];
        var expected = Vectors.Read(File, $"expected/{name}_sigma25_lq")[.., ..33, ..50].contiguous();

        var noisy = new GaussianNoise(new GaussianNoiseOptions { Sigma = 25 }).Apply(clean, 0);

        noisy.ShouldEqualExactly(expected);
    }

    [SkippableTheory]
    [InlineData(15)]
    [InlineData(25)]
    [InlineData(50)]
    public void All_recorded_noise_is_repeated_bit_for_bit(double sigma)
    {
        var file = SharedData.Shared("reference", "transforms", "transforms.safetensors");
        using var scope = torch.NewDisposeScope();
        var random = new NumpyRandom(0);
        foreach (var expected in Vectors.Read(file, $"expected/noise_sigma{sigma}").data<double>())
            (sigma / 255.0 * random.NextGaussian()).ShouldBe(expected);
    }

    [Fact]
    public void The_clean_image_is_left_alone()
    {
        using var scope = torch.NewDisposeScope();
        var clean = torch.full([3, 8, 8], 0.5f);
        new GaussianNoise(new GaussianNoiseOptions { Sigma = 50 }).Apply(clean, 7).ShouldNotBe(clean);
        clean.ShouldEqualExactly(torch.full([3, 8, 8], 0.5f));
    }

    [Fact]
    public void No_noise_gives_an_independent_copy()
    {
        using var scope = torch.NewDisposeScope();
        var clean = torch.rand(3, 8, 8);
        var copy = new GaussianNoise(new GaussianNoiseOptions { Sigma = 0 }).Apply(clean, 7);
        copy.ShouldEqualExactly(clean);
        copy.zero_();
        clean.sum().item<float>().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(0x1_0000_0001UL)]
    [InlineData(ulong.MaxValue)]
    public void A_seed_gives_the_same_image_again_and_another_seed_another(ulong seed)
    {
        using var scope = torch.NewDisposeScope();
        var clean = torch.full([3, 16, 16], 0.5f);
        var noise = new GaussianNoise(new GaussianNoiseOptions());
        noise.Apply(clean, seed).ShouldEqualExactly(noise.Apply(clean, seed));
        Vectors.LargestDifference(noise.Apply(clean, seed), noise.Apply(clean, seed - 1)).ShouldBeGreaterThan(0.001);
    }

    [Fact]
    public void A_random_level_fills_its_range_and_keeps_the_noise_pattern_of_the_seed()
    {
        using var scope = torch.NewDisposeScope();
        var random = new GaussianNoise(new GaussianNoiseOptions { SigmaMin = 10, SigmaMax = 30 });
        double[] levels = [.. Enumerable.Range(0, 1000).Select(seed => random.LevelFor((ulong)seed))];
        levels.Min().ShouldBeInRange(10, 10.2);
        levels.Max().ShouldBeInRange(29.8, 30);
        levels.Average().ShouldBe(20, 0.7);

        var clean = torch.full([3, 16, 16], 0.5f);
        random.Apply(clean, 5).ShouldEqualExactly(
            new GaussianNoise(new GaussianNoiseOptions { Sigma = levels[5] }).Apply(clean, 5));
    }

    [Fact]
    public void Anything_but_a_float_image_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        Should.Throw<ArgumentException>(() => new GaussianNoise(new GaussianNoiseOptions()).Apply(torch.zeros(1, 3, 4, 4), 0));
        Should.Throw<ArgumentException>(() => new GaussianNoise(new GaussianNoiseOptions()).Apply(torch.zeros(3, 4, 4, dtype: torch.uint8), 0));
    }
}

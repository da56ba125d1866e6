using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Tests.Inference;

public sealed class RestoringTests : IDisposable
{
    private readonly ServiceProvider _services = EngineHost.Create();
    private readonly DisposeScope _scope;

    public RestoringTests()
    {
        _services.GetRequiredService<TorchRuntime>().EnsureLoaded();
        _scope = NewDisposeScope();
    }

    public void Dispose()
    {
        _scope.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Tiles_side_by_side_give_the_same_numbers_as_one_after_the_other()
    {
        using var network = _services.Network("tiny");
        var image = rand(3, 150, 203);
        Tensor Restore(int workers) => new ImageRestorer(
            network, CPU, new InferenceOptions { TileSize = 100, TileOverlap = 8, Workers = workers }).Restore(image);
        var one = Restore(1);
        for (var round = 0; round < 5; round++)
            Restore(3).equal(one).all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void Workers_leave_the_number_of_threads_as_it_was()
    {
        var before = get_num_threads();
        FakeNetwork.Restorer(x => x.clone(), new InferenceOptions { TileSize = 32, Workers = 4 }).Restore(rand(3, 100, 100));
        get_num_threads().ShouldBe(before);
    }

    /// <summary>Weighs the image by the mean of the whole, as channel attention does.</summary>
    [Fact]
    public void Statistics_of_the_whole_image_are_the_same_in_all_tiles()
    {
        var block = new object();
        var image = linspace(0, 1, 200).expand(3, 160, 200);
        var restored = FakeNetwork.Restorer(
            x => x * ImageStatistics.Share(block, x.mean([2, 3], keepdim: true)), new InferenceOptions { TileSize = 64, TileOverlap = 8 }).Restore(image);
        // Without it the mean of each tile's own would rise from left to right with the image.
        EngineHost.Difference(restored, image * 0.5).ShouldBeLessThan(0.01);
    }

    [Fact]
    public void The_ensemble_is_the_mean_over_eight_orientations()
    {
        using var network = _services.Network("tiny");
        var image = rand(3, 21, 34);
        var ensemble = new ImageRestorer(network, CPU, new InferenceOptions { Ensemble = true }).Restore(image);
        var plain = new ImageRestorer(network, CPU, new InferenceOptions());
        var mean = zeros(3, 21, 34);
        for (var turn = 0; turn < 4; turn++)
            foreach (var flip in new[] { false, true })
            {
                var turned = rot90(flip ? image.flip(2) : image, turn, (1, 2));
                var back = rot90(plain.Restore(turned.contiguous()), -turn, (1, 2));
                mean.add_(flip ? back.flip(2) : back, 1.0 / 8);
            }

        EngineHost.Difference(ensemble, mean).ShouldBeLessThan(1e-5);
        EngineHost.Difference(ensemble, plain.Restore(image)).ShouldBeGreaterThan(1e-3);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 0.75)]
    [InlineData(1, 0)]
    public void Strength_blends_towards_the_input(double strength, double share)
    {
        var image = rand(3, 20, 30);
        var restored = FakeNetwork.Restorer(x => x * 0.5, new InferenceOptions { Strength = strength }).Restore(image);
        EngineHost.Difference(restored, (image * 0.5) + (image * 0.5 * share)).ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void Texture_gives_back_what_is_fine_and_not_what_is_coarse()
    {
        var coarse = linspace(0, 1, 40).expand(3, 40, 40);
        var fine = arange(40).remainder(2).mul(0.2).sub(0.1).expand(3, 40, 40);
        var image = coarse + fine;
        Tensor Restore(double texture) => FakeNetwork.Restorer(x => zeros_like(x), new InferenceOptions { Texture = texture }).Restore(image);
        EngineHost.Difference(Restore(0), zeros_like(image)).ShouldBe(0);
        var inside = (Restore(1) - fine).narrow(2, 4, 32);
        inside.abs().max().item<float>().ShouldBeLessThan(0.01f);
        EngineHost.Difference(Restore(0.5), Restore(1) * 0.5).ShouldBeLessThan(1e-6);
    }

    [Theory]
    [InlineData(float.NaN, "values that are not numbers")]
    [InlineData(float.PositiveInfinity, "values that are not numbers")]
    [InlineData(7f, "to 7 instead of 0 to 1")]
    public void A_result_that_is_no_image_leaves_the_image_as_it_was(float value, string reason)
    {
        var image = Noise(12, 9);
        var restored = FakeNetwork.Restorer(x => full_like(x, value)).Restore(image);
        restored.Image.Samples.ShouldBe(image.Samples);
        restored.Notes.ShouldHaveSingleItem().ShouldContain(reason);
    }

    [Fact]
    public void A_lower_precision_that_fails_falls_back_to_float32()
    {
        var image = Noise(12, 9);
        var exact = FakeNetwork.Restorer(x => x.clone());
        var restored = FakeNetwork.Restorer(x => full_like(x, float.NaN), exact: () => exact).Restore(image);
        restored.Image.Samples.ShouldBe(image.Samples);
        restored.Notes.ShouldHaveSingleItem().ShouldStartWith("is restored in float32");
    }

    [Fact]
    public void When_memory_runs_out_tiles_are_halved_until_it_lasts()
    {
        var largest = 0L;
        var restorer = FakeNetwork.Restorer(x =>
        {
            if (x.shape[2] * x.shape[3] > 70_000)
                throw new InsufficientMemoryException();
            largest = Math.Max(largest, x.shape[2] * x.shape[3]);
            return x.clone();
        }, new InferenceOptions { Workers = 1 });
        var image = Noise(600, 500);
        var restored = restorer.Restore(image);
        restored.Image.Samples.ShouldBe(image.Samples);
        restored.Notes.ShouldHaveSingleItem().ShouldContain("smaller tiles");
        largest.ShouldBeInRange(35_000, 70_000);
        restorer.Restore(image).Notes.ShouldBeEmpty("the second image knows");
    }

    [Fact]
    public void A_budget_bounds_the_tiles()
    {
        var largest = 0L;
        var restorer = FakeNetwork.Restorer(x =>
        {
            largest = Math.Max(largest, x.shape[2] * x.shape[3]);
            return x.clone();
        }, new InferenceOptions { MemoryBudget = 600, Workers = 1 });
        restorer.Restore(Noise(500, 400));
        largest.ShouldBeLessThanOrEqualTo(600L * 1024 * 1024 / 4096);
    }

    [Fact]
    public void Parts_for_statistics_are_no_larger_than_tiles()
    {
        var (block, largest) = (new object(), 0L);
        FakeNetwork.Restorer(x =>
        {
            largest = Math.Max(largest, x.shape[2] * x.shape[3]);
            ImageStatistics.Share(block, x.mean([2, 3], keepdim: true));
            return x.clone();
        }, new InferenceOptions { TileSize = 100, Workers = 1 }).Restore(Noise(2000, 2000));
        largest.ShouldBeLessThanOrEqualTo(100 * 100);
    }

    [Fact]
    public void A_network_without_statistics_is_asked_for_them_once()
    {
        var passes = 0;
        FakeNetwork.Restorer(x =>
        {
            passes++;
            return x.clone();
        }, new InferenceOptions { TileSize = 64, TileOverlap = 0, Workers = 1 }).Restore(Noise(128, 128));
        passes.ShouldBe(4 + 1);
    }

    [Fact]
    public void Cancelling_stops_between_tiles()
    {
        using var stop = new CancellationTokenSource();
        var passes = 0;
        var restorer = FakeNetwork.Restorer(x =>
        {
            if (++passes == 20)
                stop.Cancel();
            return x.clone();
        }, new InferenceOptions { TileSize = 32, TileOverlap = 4, Workers = 1 });
        Should.Throw<OperationCanceledException>(() => restorer.Restore(Noise(300, 300), null, stop.Token));
        passes.ShouldBe(20);
    }

    [Fact]
    public void Progress_rises_to_one()
    {
        var told = new List<double>();
        FakeNetwork.Restorer(x => x.clone(), new InferenceOptions { TileSize = 64, Workers = 2 }).Restore(Noise(300, 200), told.Add);
        told.ShouldBeInOrder();
        told.Count.ShouldBeGreaterThan(5);
        told[^1].ShouldBe(1);
    }

    [Fact]
    public void Float16_on_the_CPU_is_refused()
        => Should.Throw<IRConStyleException>(() => PrecisionSupport.Check(InferencePrecision.Float16, CPU)).Remedy.ShouldNotBeNull().ShouldContain("BFloat16");

    [Fact]
    public void A_network_in_bfloat16_restores_nearly_alike()
    {
        if (!ProcessorSupport.MultipliesBFloat16)
            return;
        using var network = _services.Network("tiny");
        var image = rand(3, 40, 50);
        var plain = new ImageRestorer(network, CPU, new InferenceOptions()).Restore(image);
        PrecisionSupport.Convert(network, InferencePrecision.BFloat16);
        var half = new ImageRestorer(network, CPU, new InferenceOptions { Precision = InferencePrecision.BFloat16 }).Restore(image);
        half.dtype.ShouldBe(ScalarType.Float32);
        EngineHost.Difference(plain, half).ShouldBeInRange(1e-6, 0.05);
    }

    private static RasterImage Noise(int width, int height)
    {
        var image = new RasterImage(width, height, channels: 3);
        new Random(1).NextBytes(image.Samples);
        return image;
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Modules.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests.Kernels;

/// <summary>Normalisation and scaling of pixels, which tensors are maps, and who decides on the form.</summary>
public sealed class PixelKernelTests
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(48)]
    [InlineData(193)]
    public void Pixels_are_normalised_and_scaled(int channels)
    {
        foreach (var form in KernelForms.Fused)
            foreach (var pixels in new[] { 1, 7, 8, 16, 17, 48 })
            {
                using var use = KernelForms.Use(form);
                using var scope = NewDisposeScope();
                random.manual_seed(pixels);
                var input = GuardedMap.Random(1, channels, 1, pixels);
                var target = new GuardedMap(1, channels, 1, pixels);
                // Far from zero: a variance from sums of squares would be noise.
                input.Tensor.add_(30);

                PixelNormalization.Normalize(input.Map.Row(0, 0, 0, pixels), target.Map.Row(0, 0, 0, pixels), 1e-3f);
                var precise = input.Tensor.to(float64);
                var centred = precise - precise.mean([1], keepdim: true);
                var expected = (centred / (centred.square().mean([1], keepdim: true) + 1e-3).sqrt()).to(float32);
                target.ShouldBe(expected, 1e-4, $"{form}, {pixels} pixels");

                var factors = GuardedMap.Random(1, channels, 1, 1);
                PixelScaling.Multiply(input.Map.Row(0, 0, 0, pixels), factors.Map.Row(0, 0, 0, 1), target.Map.Row(0, 0, 0, pixels));
                target.ShouldBe(input.Tensor * factors.Tensor, 0, $"{form}, {pixels} pixels");
            }
    }

    [Fact]
    public void Maps_are_float32_with_the_channels_of_a_pixel_together()
    {
        using var scope = NewDisposeScope();
        var pixels = rand(2, 6, 5, 4);
        FeatureMap.Fits(pixels.permute(0, 3, 1, 2)).ShouldBeTrue();
        FeatureMap.Fits(pixels.permute(0, 3, 1, 2).narrow(1, 1, 2)).ShouldBeTrue("some of the channels");
        FeatureMap.Fits(pixels.permute(0, 3, 1, 2).narrow(2, 1, 2).narrow(3, 0, 3)).ShouldBeTrue("a part of the image");
        FeatureMap.Fits(pixels.permute(0, 3, 2, 1)).ShouldBeTrue("turned");
        FeatureMap.Fits(rand(2, 1, 5, 4)).ShouldBeTrue("one channel");

        FeatureMap.Fits(pixels).ShouldBeFalse("channels first");
        FeatureMap.Fits(pixels.to(float64).permute(0, 3, 1, 2)).ShouldBeFalse();
        FeatureMap.Fits(rand(2, 6, 1, 4).expand(2, 6, 5, 4).permute(0, 3, 1, 2)).ShouldBeFalse("one pixel in all columns");
        FeatureMap.Fits(rand(6, 4)).ShouldBeFalse();
        FeatureMap.Fits(rand(1, 0, 4, 4)).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => new FeatureMap(pixels));
    }

    [Fact]
    public void A_map_reads_and_writes_the_memory_of_its_tensor()
    {
        using var scope = NewDisposeScope();
        var tensor = arange(2 * 3 * 4 * 5, ScalarType.Float32).view(2, 4, 5, 3).permute(0, 3, 1, 2).narrow(1, 1, 2);
        var map = new FeatureMap(tensor);
        var pixel = map.Row(1, 2, 1, 4)[1];
        pixel.ToArray().ShouldBe([tensor[1, 0, 2, 2].item<float>(), tensor[1, 1, 2, 2].item<float>()]);
        pixel[1] = -1;
        tensor[1, 1, 2, 2].item<float>().ShouldBe(-1);
        Should.Throw<ArgumentOutOfRangeException>(() => map.Row(2, 0, 0, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => map.Row(0, 4, 0, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => map.Row(0, 0, 0, 6));
        Should.Throw<ArgumentOutOfRangeException>(() => map.Row(0, -1, 0, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => map.Row(0, 0, 3, 2));
    }

    [SkippableFact]
    public void Kernels_run_on_channels_last_float32_without_gradients_only()
    {
        using var use = KernelForms.Use(KernelForms.Fused[0]);
        using var scope = NewDisposeScope();
        var map = FeatureMap.Empty(1, 4, 3, 3);
        using (no_grad())
            FusedKernels.Suit(map).ShouldBeTrue();
        using (inference_mode())
            FusedKernels.Suit(map).ShouldBeTrue();
        FusedKernels.Suit(map).ShouldBeFalse("gradients are recorded");
        using var noGrad = no_grad();
        FusedKernels.Suit(map.to(float64)).ShouldBeFalse();
        FusedKernels.Suit(rand(1, 4, 3, 3)).ShouldBeFalse("channels first");
        using var layers = KernelForms.Use(KernelForm.Plain);
        FusedKernels.Suit(map).ShouldBeFalse("switched off");
    }

    [Fact]
    public void The_environment_chooses_a_form_and_a_misspelt_one_is_named()
    {
        FusedKernels.Parse(null).ShouldBe(FusedKernels.Best);
        FusedKernels.Parse("").ShouldBe(FusedKernels.Best);
        FusedKernels.Parse("layers").ShouldBe(KernelForm.Plain);
        FusedKernels.Parse("Vector256").ShouldBe(KernelForm.Vector256);
        FusedKernels.Parse("vector512").ShouldBe(KernelForm.Vector512);
        var error = Should.Throw<IRConStyleException>(() => FusedKernels.Parse("2"));
        error.Message.ShouldContain("IRCONSTYLE_KERNELS is '2'");
        error.Remedy.ShouldNotBeNull().ShouldContain("layers, vector256 or vector512");
    }
}

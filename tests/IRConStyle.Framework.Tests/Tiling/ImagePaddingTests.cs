using System.Text.Json;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Tiling;
using IRConStyle.Tests.Engine;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Tiling;

public class ImagePaddingTests
{
    [Fact]
    public void The_right_and_the_bottom_are_reflected_without_the_edge()
    {
        using var scope = torch.NewDisposeScope();
        Rows(ImagePadding.ToMultiple(torch.arange(9, dtype: torch.float32).reshape(1, 1, 3, 3), 5)).ShouldBe(
        [
            [0, 1, 2, 1, 0],
            [3, 4, 5, 4, 3],
            [6, 7, 8, 7, 6],
            [3, 4, 5, 4, 3],
            [0, 1, 2, 1, 0],
        ]);
    }

    [Fact]
    public void What_is_too_small_to_be_reflected_repeats_its_edge()
    {
        using var scope = torch.NewDisposeScope();
        Rows(ImagePadding.ToMultiple(torch.tensor(new float[] { 1, 2 }).reshape(1, 1, 1, 2), 4)).ShouldBe(
        [
            [1, 2, 2, 2],
            [1, 2, 2, 2],
            [1, 2, 2, 2],
            [1, 2, 2, 2],
        ]);
    }

    [Theory]
    [InlineData(1, 1, 8, 8, 8)]
    [InlineData(8, 16, 8, 8, 16)]
    [InlineData(20, 30, 8, 24, 32)]
    [InlineData(40, 70, 64, 64, 128)]
    [InlineData(5, 7, 1, 5, 7)]
    public void Sizes_become_the_next_multiple(int height, int width, int multiple, int paddedHeight, int paddedWidth)
    {
        using var scope = torch.NewDisposeScope();
        var image = torch.rand(2, 3, height, width);
        var padded = ImagePadding.ToMultiple(image, multiple);
        padded.shape.ShouldBe([2, 3, paddedHeight, paddedWidth]);
        EngineHost.Difference(ImagePadding.Crop(padded, height, width), image).ShouldBe(0);
    }

    [Fact]
    public void The_result_is_the_callers_even_when_nothing_is_added()
    {
        using var image = torch.rand(1, 3, 8, 8);
        var padded = ImagePadding.ToMultiple(image, 8);
        padded.Dispose();
        image.IsInvalid.ShouldBeFalse();
    }

    [SkippableFact]
    public void It_pads_as_the_authors_code_does()
    {
        using var scope = torch.NewDisposeScope();
        using var reader = SafeTensorsReader.Open(SharedData.Shared("reference", "transforms", "transforms.safetensors"));
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Shared("reference", "transforms", "transforms.json")));
        var entries = document.RootElement.GetProperty("mod_padding").EnumerateArray().Where(entry => entry.TryGetProperty("out_shape", out _)).ToArray();
        var compared = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            var isMaxim = entries[i].GetProperty("dataset").GetString() == "Dataset_Maxim";
            // The authors' other datasets do not pad while training, and the engine does not train on whole images.
            if (!isMaxim && entries[i].GetProperty("phase").GetString() != "test")
                continue;
            var image = reader.Read($"input/pad{i}_lq_bgr_u8").permute(2, 0, 1).flip(0).unsqueeze(0).to(torch.float32) / 255;
            var padded = ImagePadding.ToMultiple(image, isMaxim ? 64 : 8);
            EngineHost.Difference(padded[0], reader.Read($"expected/pad{i}_lq")).ShouldBe(0, $"pad{i}");
            compared++;
        }

        compared.ShouldBe(6);
    }

    private static float[][] Rows(torch.Tensor image)
        => [.. Enumerable.Range(0, (int)image.shape[2]).Select(row => image[0, 0, row].contiguous().data<float>().ToArray())];
}

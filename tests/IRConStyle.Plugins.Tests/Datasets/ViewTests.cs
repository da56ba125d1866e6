using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Plugins.Datasets;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Datasets;

public class ViewTests
{
    private static readonly string File = SharedData.Golden("transforms", "augment_crop.safetensors");

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, false)]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    public void Flips_and_transposition_are_those_of_the_reference(bool horizontal, bool vertical, bool transpose)
    {
        using var scope = torch.NewDisposeScope();
        var input = Vectors.Read(File, "input/augment_img");
        var expected = Vectors.Read(File, $"expected/augment_h{(horizontal ? 1 : 0)}_v{(vertical ? 1 : 0)}_r{(transpose ? 1 : 0)}");

        // A view moves bytes, so every reference value stands for its number among the input's values.
        float[] values = [.. input.data<float>().Distinct().Order()];
        using var actual = new View(0, 0, 3, 5, horizontal, vertical, transpose).Of(Numbered(input, values));

        var numbers = Numbered(expected, values);
        actual.shape.ShouldBe([3, numbers.Height, numbers.Width]);
        actual.mul(255).round().data<float>().ToArray().ShouldBe(numbers.Pixels.Select(number => (float)number));
    }

    [Fact]
    public void A_patch_is_cut_where_the_reference_cuts_it()
    {
        using var scope = torch.NewDisposeScope();
        var cases = JsonDocument.Parse(System.IO.File.ReadAllText(SharedData.Golden("transforms", "noise_and_crop_draws.json")))
            .RootElement.GetProperty("paired_random_crop").GetProperty("cases").EnumerateArray().ToArray();
        for (var i = 0; i < cases.Length; i++)
            foreach (var name in new[] { "gt", "lq" })
            {
                var (top, left) = (cases[i].GetProperty("top").GetInt32(), cases[i].GetProperty("left").GetInt32());
                var image = Vectors.Read(File, $"input/crop_{name}");
                var patch = Vectors.Read(File, $"expected/crop_{name}_{i}");
                float[] values = [.. patch.data<float>().Distinct().Order()];
                using var actual = new View(top, left, 8, 8, false, false, false).Of(Numbered(image, values));
                actual.mul(255).round().data<float>().ToArray().ShouldBe(Numbered(patch, values).Pixels.Select(number => (float)number));
            }
    }

    [Fact]
    public void Bytes_become_exactly_their_quotient_by_255()
    {
        var image = new DecodedImage([.. Enumerable.Range(0, 3 * 256).Select(i => (byte)i)], 16, 16);
        using var scope = torch.NewDisposeScope();
        using var actual = new View(0, 0, 16, 16, false, false, false).Of(image);
        actual[0].contiguous().data<float>().ToArray().ShouldBe(Enumerable.Range(0, 256).Select(i => i / 255f));
    }

    [Fact]
    public void Draws_cover_every_position_and_turn_evenly()
    {
        const int Draws = 12_000;
        View[] views = [.. Enumerable.Range(0, Draws).Select(seed => View.Draw(10, 12, new SampleRequest((ulong)seed, 8, Augment: true), "file"))];

        views.ShouldAllBe(view => view.Top >= 0 && view.Top <= 2 && view.Left >= 0 && view.Left <= 4 && view.Height == 8 && view.Width == 8);
        var positions = views.CountBy(view => (view.Top, view.Left)).ToArray();
        positions.Length.ShouldBe(3 * 5);
        positions.ShouldAllBe(position => Math.Abs(position.Value - Draws / 15) < 150);
        var turns = views.CountBy(view => (view.FlipHorizontally, view.FlipVertically, view.Transpose)).ToArray();
        turns.Length.ShouldBe(8);
        turns.ShouldAllBe(turn => Math.Abs(turn.Value - Draws / 8) < 200);
    }

    [Fact]
    public void A_view_is_a_function_of_the_request_alone() =>
        View.Draw(100, 120, new SampleRequest(77, 32, true), "a").ShouldBe(View.Draw(100, 120, new SampleRequest(77, 32, true), "b"));

    [Fact]
    public void Without_patch_and_augmentation_the_whole_image_is_shown() =>
        View.Draw(10, 12, SampleRequest.Whole, "file").ShouldBe(new View(0, 0, 10, 12, false, false, false));

    [Fact]
    public void An_image_smaller_than_the_patch_is_named_with_its_size() =>
        Should.Throw<IRConStyleException>(() => View.Draw(10, 12, new SampleRequest(0, 11), "small.png"))
            .Message.ShouldBe("small.png is 12×10 pixels, smaller than the patch of 11×11.");

    private static DecodedImage Numbered(torch.Tensor image, float[] values)
    {
        using var planar = image.permute(2, 0, 1).contiguous();
        return new DecodedImage(
            [.. planar.data<float>().Select(value => (byte)Math.Max(0, Array.BinarySearch(values, value)))], (int)image.shape[0], (int)image.shape[1]);
    }
}

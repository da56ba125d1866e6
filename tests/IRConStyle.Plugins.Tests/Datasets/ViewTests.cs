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
        View[] views = [.. Enumerable.Range(0, Draws).Select(seed => View.Draw(10, 12, new SampleRequest((ulong)seed, 8, Augment: true)))];

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
        View.Draw(100, 120, new SampleRequest(77, 32, true)).ShouldBe(new View(26, 43, 32, 32, false, true, false));

    [Fact]
    public void Without_patch_and_augmentation_the_whole_image_is_shown() =>
        View.Draw(10, 12, SampleRequest.Whole).ShouldBe(new View(0, 0, 10, 12, false, false, false));

    [Theory]
    [InlineData(10, 12, 16)]
    [InlineData(20, 7, 16)]
    [InlineData(4, 3, 16)]
    [InlineData(1, 30, 16)]
    public void What_a_patch_shows_beyond_the_image_is_its_reflection(int height, int width, int patch)
    {
        using var scope = torch.NewDisposeScope();
        var image = new DecodedImage([.. Enumerable.Range(0, 3 * height * width).Select(i => (byte)(i * 7))], height, width);
        var extended = torch.tensor(image.Pixels).to(torch.float32).view(1, 3, height, width);
        // The library reflects by less than the image's size: as often as it takes.
        while (extended.shape[2] < patch || extended.shape[3] < patch)
        {
            var (down, right) = (Math.Min(patch - extended.shape[2], extended.shape[2] - 1), Math.Min(patch - extended.shape[3], extended.shape[3] - 1));
            extended = extended.shape[2] == 1 && patch > 1
                ? extended.expand(-1, -1, patch, -1)
                : torch.nn.functional.pad(extended, [0, Math.Max(0, right), 0, Math.Max(0, down)], PaddingModes.Reflect);
        }

        for (var seed = 0UL; seed < 16; seed++)
        {
            var view = View.Draw(height, width, new SampleRequest(seed, patch, Augment: true));
            var expected = extended[0][.., view.Top..(view.Top + patch), view.Left..(view.Left + patch)];
            expected = view.FlipVertically ? expected.flip(1) : expected;
            expected = view.FlipHorizontally ? expected.flip(2) : expected;
            expected = view.Transpose ? expected.transpose(1, 2) : expected;
            using var actual = view.Of(image);
            actual.mul(255).round().equal(expected).all().item<bool>().ShouldBeTrue($"{view}");
        }
    }

    private static DecodedImage Numbered(torch.Tensor image, float[] values)
    {
        using var planar = image.permute(2, 0, 1).contiguous();
        return new DecodedImage(
            [.. planar.data<float>().Select(value => (byte)Math.Max(0, Array.BinarySearch(values, value)))], (int)image.shape[0], (int)image.shape[1]);
    }
}

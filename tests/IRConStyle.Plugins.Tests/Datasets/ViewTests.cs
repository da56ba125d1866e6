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
        using var actual = Numbered(input, values).ToRgbTensor(new ImageView(0, 0, 3, 5, horizontal, vertical, transpose));

        var numbers = Numbered(expected, values);
        actual.shape.ShouldBe([3, numbers.Height, numbers.Width]);
        actual.permute(1, 2, 0).contiguous().mul(255).round().data<float>().ToArray().ShouldBe(numbers.Samples.ToArray().Select(number => (float)number));
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
                using var actual = Numbered(image, values).ToRgbTensor(new ImageView(top, left, 8, 8));
                actual.permute(1, 2, 0).contiguous().mul(255).round().data<float>().ToArray()
                    .ShouldBe(Numbered(patch, values).Samples.ToArray().Select(number => (float)number));
            }
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 8)]
    [InlineData(1, 16)]
    [InlineData(3, 16)]
    public void Any_kind_of_image_is_cut_and_turned_as_the_plain_operations_do_it(int channels, int bits)
    {
        using var scope = torch.NewDisposeScope();
        var samples = new byte[9 * 11 * channels * bits / 8];
        new Random(bits + channels).NextBytes(samples);
        var image = new DecodedImage(11, 9, channels, bits, samples);
        var values = bits == 8 ? samples.Select(value => value / 255f) : Enumerable.Range(0, samples.Length / 2).Select(i => BitConverter.ToUInt16(samples, 2 * i) / 65535f);
        var whole = torch.tensor(values.ToArray()).reshape(9, 11, channels).permute(2, 0, 1);
        image.ToTensor().ShouldEqualExactly(whole.contiguous());
        foreach (var (top, left, height, width) in new[] { (0, 0, 9, 11), (2, 3, 4, 6), (8, 10, 1, 1), (0, 5, 9, 1) })
            for (var turn = 0; turn < 8; turn++)
            {
                var view = new ImageView(top, left, height, width, (turn & 1) != 0, (turn & 2) != 0, (turn & 4) != 0);
                var expected = whole.narrow(1, top, height).narrow(2, left, width);
                expected = view.FlipHorizontally ? expected.flip(2) : expected;
                expected = view.FlipVertically ? expected.flip(1) : expected;
                expected = view.Transpose ? expected.transpose(1, 2) : expected;
                using var actual = image.ToRgbTensor(view);
                actual.ShouldEqualExactly(expected.expand(3, -1, -1).contiguous());
            }
    }

    [Fact]
    public void Every_sample_becomes_exactly_its_quotient()
    {
        using var scope = torch.NewDisposeScope();
        var bytes = new DecodedImage(16, 16, 1, 8, Enumerable.Range(0, 256).Select(i => (byte)i).ToArray());
        bytes.ToTensor().data<float>().ToArray().ShouldBe(Enumerable.Range(0, 256).Select(i => i / 255f));
        var words = new DecodedImage(256, 256, 1, 16, Enumerable.Range(0, 65536).SelectMany(i => BitConverter.GetBytes((ushort)i)).ToArray());
        words.ToTensor().data<float>().ToArray().ShouldBe(Enumerable.Range(0, 65536).Select(i => i / 65535f));
    }

    [Theory]
    [InlineData(-1, 0, 1, 1)]
    [InlineData(0, 0, 10, 1)]
    [InlineData(0, 11, 1, 1)]
    [InlineData(3, 3, int.MaxValue, 1)]
    [InlineData(3, 3, 0, 1)]
    public void A_part_outside_the_image_is_refused(int top, int left, int height, int width)
        => Should.Throw<ArgumentOutOfRangeException>(() => new DecodedImage(11, 9, 1, 8, new byte[99]).ToRgbTensor(new ImageView(top, left, height, width)));

    [Fact]
    public void Draws_cover_every_position_and_turn_evenly()
    {
        const int Draws = 12_000;
        ImageView[] views = [.. Enumerable.Range(0, Draws).Select(seed => RandomView.Draw(10, 12, new SampleRequest((ulong)seed, 8, Augment: true)))];

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
        RandomView.Draw(100, 120, new SampleRequest(77, 32, true)).ShouldBe(new ImageView(26, 43, 32, 32, false, true, false));

    [Fact]
    public void Without_patch_and_augmentation_the_whole_image_is_shown() =>
        RandomView.Draw(10, 12, SampleRequest.Whole).ShouldBe(new ImageView(0, 0, 10, 12));

    [Theory]
    [InlineData(10, 12, 16, 3)]
    [InlineData(20, 7, 16, 3)]
    [InlineData(4, 3, 16, 1)]
    [InlineData(1, 30, 16, 3)]
    public void What_a_patch_shows_beyond_the_image_is_its_reflection(int height, int width, int patch, int channels)
    {
        using var scope = torch.NewDisposeScope();
        var image = new DecodedImage(width, height, channels, 8, Enumerable.Range(0, channels * height * width).Select(i => (byte)(i * 7)).ToArray());
        var extended = image.ToRgbTensor(image.Whole).unsqueeze(0);
        // The library reflects by less than the image's size: as often as it takes.
        while (extended.shape[2] < patch || extended.shape[3] < patch)
        {
            var (down, right) = (Math.Min(patch - extended.shape[2], extended.shape[2] - 1), Math.Min(patch - extended.shape[3], extended.shape[3] - 1));
            extended = extended.shape[2] == 1
                ? extended.expand(-1, -1, patch, -1)
                : torch.nn.functional.pad(extended, [0, Math.Max(0, right), 0, Math.Max(0, down)], PaddingModes.Reflect);
        }

        for (var seed = 0UL; seed < 16; seed++)
        {
            var view = RandomView.Draw(height, width, new SampleRequest(seed, patch, Augment: true));
            var expected = extended[0][.., view.Top..(view.Top + patch), view.Left..(view.Left + patch)];
            expected = view.FlipVertically ? expected.flip(1) : expected;
            expected = view.FlipHorizontally ? expected.flip(2) : expected;
            expected = view.Transpose ? expected.transpose(1, 2) : expected;
            using var actual = new KeptImage(image).Show(view);
            actual.ShouldEqualExactly(expected.contiguous());
        }
    }

    private static DecodedImage Numbered(torch.Tensor image, float[] values)
        => new(
            (int)image.shape[1], (int)image.shape[0], 3, 8,
            image.contiguous().data<float>().Select(value => (byte)Math.Max(0, Array.BinarySearch(values, value))).ToArray());
}

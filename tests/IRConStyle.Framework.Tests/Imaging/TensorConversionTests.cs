using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Imaging;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class TensorConversionTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Every_value_is_divided_in_float32_and_comes_back(int bits)
    {
        var image = new RasterImage(1 << (bits / 2), 1 << (bits / 2), 1, bits);
        for (var i = 0; i < 1 << bits; i++)
            if (bits == 8)
                image.Samples[i] = (byte)i;
            else
                image.Words[i] = (ushort)i;

        using var tensor = image.ToTensor();

        var values = tensor.data<float>().ToArray();
        for (var i = 0; i < values.Length; i++)
            values[i].ShouldBe((float)i / ((1 << bits) - 1), $"value {i}");
        RasterImage.FromTensor(tensor, image).Samples.ShouldMatch(image.Samples);
    }

    [Fact]
    public void Rounding_and_channel_order_are_those_of_the_reference()
    {
        using var vectors = SafeTensorsReader.Open(SharedData.Golden("transforms", "image_tensors.safetensors"));
        using var scope = torch.NewDisposeScope();
        var input = vectors.Read("input/tensor2img_nchw")[0];
        var rgb = RasterImage.FromTensor(input, new RasterImage(1, 1, 3));
        rgb.Samples.ShouldMatch(vectors.Read("expected/tensor2img_rgb_u8").bytes.ToArray());
        var grey = RasterImage.FromTensor(input[..1], new RasterImage(1, 1, 1));
        grey.Samples.ShouldMatch(vectors.Read("expected/tensor2img_gray_u8").bytes.ToArray());
    }

    [Fact]
    public void Reading_gives_the_values_of_the_reference_in_rgb_order()
    {
        using var vectors = SafeTensorsReader.Open(SharedData.Golden("transforms", "image_tensors.safetensors"));
        using var scope = torch.NewDisposeScope();
        var bgr = vectors.Read("input/img2tensor_bgr_u8");
        var image = new RasterImage(5, 4, 3, 8, bgr.flip(2).contiguous().bytes.ToArray());
        var expected = vectors.Read("expected/img2tensor_rgb_f32");
        image.ToTensor().Equals(expected).ShouldBeTrue();
        image.WithoutAlpha().ToRgbTensor(new ImageView(0, 0, 4, 5)).Equals(expected).ShouldBeTrue();
    }

    [Fact]
    public void Half_a_step_rounds_to_even_and_out_of_range_is_clamped()
    {
        using var tensor = torch.tensor(new[] { 0.5f / 255, 1.5f / 255, 2.5f / 255, -3f, 7f, float.PositiveInfinity }).reshape(1, 1, 6);
        RasterImage.FromTensor(tensor, new RasterImage(1, 1, 1)).Samples.ShouldBe(new byte[] { 0, 2, 2, 0, 255, 255 });
    }

    [Fact]
    public void The_likeness_keeps_depth_alpha_profile_and_grey()
    {
        var like = TestImages.Random(3, 5, 4, 1, 16, alpha: true, TestImages.Profile("GRAY"));
        using var tensor = torch.stack([torch.full(4, 5, 0.2f), torch.full(4, 5, 0.4f), torch.full(4, 5, 0.9f)]);
        var image = RasterImage.FromTensor(tensor, like);
        (image.Channels, image.BitDepth).ShouldBe((1, 16));
        image.Words.ToArray().ShouldAllBe(value => value == 32768 || value == 32767);
        image.Alpha.ShouldBe(like.Alpha);
        image.IccProfile.ShouldBe(like.IccProfile);
    }

    [Fact]
    public void A_reader_gives_the_files_own_samples_without_alpha()
    {
        using var directory = new TemporaryDirectory();
        var codec = new ImageCodec();
        foreach (var (channels, bits) in new[] { (1, 8), (1, 16), (3, 8), (3, 16) })
        {
            var image = TestImages.Random(bits + channels, 7, 5, channels, bits, alpha: true);
            codec.Write(directory.File("a.png"), image);
            var read = new ImageReader(codec).Read(directory.File("a.png"));
            (read.Width, read.Height, read.Channels, read.BitDepth).ShouldBe((7, 5, channels, bits));
            read.Samples.ToArray().ShouldMatch(image.Samples);
        }
    }

    [Theory]
    [InlineData(3, 3, 8)]
    [InlineData(3, 1, 16)]
    [InlineData(1, 3, 16)]
    public void Bands_of_rows_make_the_image_that_one_piece_makes(int channels, int wanted, int bits)
    {
        using var scope = torch.NewDisposeScope();
        var tensor = torch.rand([channels, 23, 17], generator: new torch.Generator(3)) * 1.4f - 0.2f;
        tensor[0, 5] = (torch.arange(17, dtype: torch.float32) + 0.5f) / 255f;
        var like = new RasterImage(17, 23, wanted, bits);
        var whole = RasterImage.FromTensor(tensor, like, bandRows: 23);
        foreach (var rows in new[] { 1, 5, 22, 1000 })
            RasterImage.FromTensor(tensor, like, rows).Samples.ShouldMatch(whole.Samples);
        // The plain formula, in one piece.
        var values = tensor.clamp(0, 1);
        values = channels == wanted ? values : wanted == 1 ? values.mean([0], keepdim: true) : values.expand(3, 23, 17);
        var expected = values.mul((float)like.MaxValue).round().permute(1, 2, 0).contiguous().data<float>().ToArray();
        for (var i = 0; i < expected.Length; i++)
            (bits == 8 ? (int)whole.Samples[i] : whole.Words[i]).ShouldBe((int)expected[i]);
    }

    [Fact]
    public void Values_that_are_not_numbers_are_refused()
    {
        using var tensor = torch.full([3, 2, 2], float.NaN);
        Should.Throw<IRConStyleException>(() => RasterImage.FromTensor(tensor, new RasterImage(2, 2, 3))).Message.ShouldContain("NaN");
    }

    [Fact]
    public void A_tensor_of_an_image_belongs_to_the_callers_scope()
    {
        torch.Tensor tensor, decoded;
        using (torch.NewDisposeScope())
        {
            tensor = TestImages.Random(1, 3, 2).ToTensor();
            decoded = TestImages.Random(1, 3, 2).WithoutAlpha().ToTensor();
        }

        tensor.IsInvalid.ShouldBeTrue();
        decoded.IsInvalid.ShouldBeFalse();
        decoded.Dispose();
    }
}

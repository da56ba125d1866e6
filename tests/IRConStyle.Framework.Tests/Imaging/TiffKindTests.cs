using BitMiracle.LibTiff.Classic;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class TiffKindTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 3)]
    [InlineData(6, 3)]
    [InlineData(10, 1)]
    [InlineData(12, 1)]
    [InlineData(12, 3)]
    [InlineData(14, 1)]
    [InlineData(15, 3)]
    [InlineData(24, 1)]
    [InlineData(32, 3)]
    public void Samples_of_any_size_span_the_range_of_8_or_16_bits(int bits, int channels)
    {
        const int Width = 13, Height = 7;
        var largest = (1L << bits) - 1;
        var values = new long[Width * Height * channels];
        var random = new Random(bits);
        for (var i = 0; i < values.Length; i++)
            values[i] = i switch { 0 => 0, 1 => largest, _ => random.NextInt64(largest + 1) };
        var depth = bits <= 8 ? 8 : 16;
        var target = (1L << depth) - 1;
        foreach (var little in new[] { true, false })
        {
            var rows = values.Chunk(Width * channels).SelectMany(row => bits is 24 or 32 ? Whole(row, bits / 8, little) : Packed(row, bits)).ToArray();
            var read = Read(new RawTiff(little).Build(Grey(Width, Height, rows).Short(258, [.. Enumerable.Repeat((long)bits, channels)])
                .Short(277, channels).Short(262, channels == 3 ? 2 : 1)));
            (read.BitDepth, read.Channels).ShouldBe((depth, channels));
            for (var i = 0; i < values.Length; i++)
                (depth == 8 ? (long)read.Samples[i] : read.Words[i]).ShouldBe((long)((values[i] * (decimal)target + largest / 2) / largest), $"value {values[i]}");
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void Floating_point_from_0_to_1_becomes_16_bits(int bits)
    {
        double[] values = [0, 1, 0.5, 0.25, 0.125, 1 / 16.0];
        byte[] Bytes(double value) => bits switch { 16 => BitConverter.GetBytes((Half)value), 32 => BitConverter.GetBytes((float)value), _ => BitConverter.GetBytes(value) };
        byte[] File(params double[] samples) => new RawTiff().Build(Grey(3, samples.Length / 3, [.. samples.SelectMany(Bytes)]).Short(258, bits).Short(339, 3));

        var read = Read(File(values));
        read.Notes.ShouldBeEmpty();
        read.Words.ToArray().ShouldBe(values.Select(value => (ushort)Math.Round(value * 65535)));

        var outside = Read(File(-0.5, 2, 0.5));
        outside.Words.ToArray().ShouldBe(new ushort[] { 0, 65535, 32768 });
        outside.Notes.ShouldBe(["samples from -0.5 to 2 were clamped to 0 to 1"]);
        var broken = Read(File(double.NaN, 1, double.PositiveInfinity));
        broken.Words.ToArray().ShouldBe(new ushort[] { 0, 65535, 65535 });
        broken.Notes.ShouldHaveSingleItem().ShouldContain("1 samples that are no numbers became 0");
    }

    [Fact]
    public void Where_zero_is_white_any_size_is_turned_round()
    {
        Read(new RawTiff().Build(Grey(2, 1, [.. Packed([0, 4095], 12)]).Short(258, 12).Short(262, 0))).Words.ToArray().ShouldBe(new ushort[] { 65535, 0 });
        Read(new RawTiff().Build(Grey(2, 1, [0b0100_0000]).Short(258, 1).Short(262, 0))).Samples.ShouldBe(new byte[] { 255, 0 });
    }

    [Fact]
    public void A_palette_becomes_colour()
    {
        long[] map = [0, 257, 65535, 0x8000, 1 * 257, 2 * 257, 3 * 257, 4 * 257, 0, 0, 0, 65535];
        var read = Read(new RawTiff().Build(Grey(4, 1, [0b00_01_10_11]).Short(258, 2).Short(262, 3).Short(320, map)));
        read.Samples.ShouldBe(new byte[] { 0, 1, 0, 1, 2, 0, 255, 3, 0, 128, 4, 255 });
        // Old writers left the entries at 8 bits.
        Read(new RawTiff().Build(Grey(2, 1, [0b0100_0000]).Short(258, 1).Short(262, 3).Short(320, 9, 8, 7, 6, 5, 255))).Samples.ShouldBe(new byte[] { 9, 7, 5, 8, 6, 255 });
        Fails(new RawTiff().Build(Grey(2, 1, [0]).Short(258, 1).Short(262, 3).Short(320, 9, 8)), "its palette has 0 of 2 colours");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Cmyk_is_converted_with_a_note(int bits)
    {
        var largest = (1L << bits) - 1;
        long[] inks = [0, 0, 0, 0, largest, 0, 0, 0, 0, largest, 0, 0, 0, 0, largest, 0, 0, 0, 0, largest, largest / 3, 0, largest, largest / 2];
        var page = Grey(6, 1, [.. Whole(inks, bits / 8, little: true)]).Short(258, bits, bits, bits, bits).Short(277, 4).Short(262, 5);
        var read = Read(new RawTiff().Build(page));
        read.BitDepth.ShouldBe(bits);
        read.Notes.ShouldHaveSingleItem().ShouldContain("colours are approximate");
        double[] expected = [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1 / 3.0, 0.5, 0];
        for (var i = 0; i < expected.Length; i++)
            ((bits == 8 ? (double)read.Samples[i] : read.Words[i]) / largest).ShouldBe(expected[i], 0.005);
    }

    [Theory]
    [InlineData(2, 2, false)]
    [InlineData(2, 1, false)]
    [InlineData(4, 2, false)]
    [InlineData(2, 2, true)]
    [InlineData(1, 1, false)]
    public void Subsampled_YCbCr_is_converted(int across, int down, bool tiled)
    {
        const int Width = 21, Height = 19, BlockHeight = 16;
        var (blockWidth, luma) = (tiled ? 16 : Width, new Random(1));
        // Colour and luma are functions of the place, so that every pixel tells whether it is where it belongs.
        byte Luma(int x, int y) => (byte)(40 + 5 * x + 3 * y);
        byte Blue(int x, int y) => (byte)(100 + 2 * (x / across) + y / down);
        byte Red(int x, int y) => (byte)(150 - (x / across) - 2 * (y / down));
        var blocks = new List<byte[]>();
        for (var top = 0; top < Height; top += BlockHeight)
            for (var left = 0; left < Width; left += blockWidth)
            {
                var block = new List<byte>();
                for (var y = top; y < (tiled ? top + BlockHeight : Math.Min(Height, top + BlockHeight)); y += down)
                    for (var x = left; x < left + blockWidth; x += across)
                    {
                        for (var v = 0; v < down; v++)
                            for (var u = 0; u < across; u++)
                                block.Add(Luma(x + u, y + v));
                        block.AddRange([Blue(x, y), Red(x, y)]);
                    }

                blocks.Add([.. block]);
            }

        var page = new RawPage { Blocks = [.. blocks] }
            .Long(256, Width).Long(257, Height).Short(258, 8, 8, 8).Short(259, 1).Short(262, 6).Short(277, 3).Short(530, across, down);
        page = tiled ? page.Long(322, blockWidth).Long(323, BlockHeight) : page.Long(278, BlockHeight);
        var read = Read(new RawTiff().Build(page));
        read.Notes.ShouldBeEmpty();
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
            {
                var (l, b, r) = (Luma(x, y), (Blue(x, y) - 128) * 1.772, (Red(x, y) - 128) * 1.402);
                var expected = new[] { l + r, l - (0.114 * b + 0.299 * r) / 0.587, l + b };
                for (var channel = 0; channel < 3; channel++)
                    ((double)read.Samples[(y * Width + x) * 3 + channel]).ShouldBe(Math.Clamp(expected[channel], 0, 255), 0.51, $"{x},{y} {channel}");
            }
    }

    [Fact]
    public void YCbCr_in_JPEG_comes_out_as_colour()
    {
        var image = TestImages.Smooth(64, 48);
        using (var tiff = Tiff.Open(_directory.File("a.tif"), "w"))
        {
            foreach (var (tag, value) in new[] { (TiffTag.IMAGEWIDTH, 64), (TiffTag.IMAGELENGTH, 48), (TiffTag.BITSPERSAMPLE, 8), (TiffTag.SAMPLESPERPIXEL, 3),
                (TiffTag.COMPRESSION, 7), (TiffTag.PHOTOMETRIC, 6), (TiffTag.ROWSPERSTRIP, 16), (TiffTag.PLANARCONFIG, 1), (TiffTag.JPEGCOLORMODE, 1), (TiffTag.JPEGQUALITY, 95) })
                tiff.SetField(tag, value);
            for (var y = 0; y < 48; y++)
                tiff.WriteScanline(image.Samples[(y * 64 * 3)..((y + 1) * 64 * 3)], y);
        }

        var read = new ImageCodec().Read(_directory.File("a.tif"));
        read.Samples.Zip(image.Samples, (a, b) => Math.Abs(a - b)).Average().ShouldBeLessThan(4);
    }

    [Fact]
    public void JPEG_of_the_old_style_comes_out_as_colour()
    {
        var codec = new ImageCodec();
        codec.Write(_directory.File("a.jpg"), TestImages.Smooth(64, 48));
        var jpeg = File.ReadAllBytes(_directory.File("a.jpg"));
        // The pixels behind the scan's header are the one strip, which is where this file begins its blocks: at byte 8.
        var page = new RawPage { Blocks = [jpeg] }.Long(256, 64).Long(257, 48).Short(258, 8, 8, 8).Short(259, 6).Short(262, 6).Short(277, 3).Long(278, 48)
            .Short(512, 1).Long(513, 8).Long(514, jpeg.Length).Short(530, 1, 1);
        Read(new RawTiff().Build(page)).Samples.Zip(codec.Read(_directory.File("a.jpg")).Samples, (a, b) => Math.Abs(a - b)).Average().ShouldBeLessThan(2);
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(16, false)]
    [InlineData(8, true)]
    [InlineData(16, true)]
    public void Lab_is_converted_with_a_note(int bits, bool icc)
    {
        // L*, a*, b* under D50, and the sRGB that other programs give for them.
        foreach (var (lab, rgb) in new[] { ((100.0, 0.0, 0.0), (255, 255, 255)), ((0, 0, 0), (0, 0, 0)), ((53.59, 0, 0), (128, 128, 128)), ((54.29, 80.81, 69.89), (255, 0, 0)), ((29.57, 68.30, -112.03), (0, 0, 255)) })
        {
            var scale = bits == 8 ? 1 : 256;
            long Colour(double value) => icc ? (long)Math.Round((value + 128) * scale) : (long)Math.Round(value * scale) & ((1 << bits) - 1);
            long[] samples = [(long)Math.Round(lab.Item1 / 100 * (bits == 8 ? 255 : icc ? 0xFF00 : 65535)), Colour(lab.Item2), Colour(lab.Item3)];
            var read = Read(new RawTiff().Build(Grey(1, 1, [.. Whole(samples, bits / 8, true)]).Short(258, bits, bits, bits).Short(277, 3).Short(262, icc ? 9 : 8)));
            read.Notes.ShouldHaveSingleItem().ShouldContain("colours are approximate");
            int[] expected = [rgb.Item1, rgb.Item2, rgb.Item3];
            for (var i = 0; i < 3; i++)
                (bits == 8 ? read.Samples[i] : read.Words[i] / 257.0).ShouldBe(expected[i], bits == 8 ? 6 : 2, $"{lab}");
        }
    }

    [Fact]
    public void Samples_without_a_meaning_are_left_out_with_a_note()
    {
        var read = Read(new RawTiff().Build(Grey(2, 1, [1, 2, 3, 9, 4, 5, 6, 9]).Short(258, 8, 8, 8, 8).Short(277, 4).Short(262, 2)));
        read.Samples.ShouldBe(new byte[] { 1, 2, 3, 4, 5, 6 });
        read.Alpha.ShouldBeNull();
        read.Notes.ShouldHaveSingleItem().ShouldStartWith("1 of 4 samples of each pixel");
    }

    [Theory]
    [InlineData(259, 50000, "Zstandard (50000)")]
    [InlineData(259, 50001, "WebP (50001)")]
    [InlineData(259, 34712, "JPEG 2000 (34712)")]
    [InlineData(259, 34925, "LZMA (34925)")]
    [InlineData(259, 12345, "12345")]
    [InlineData(262, 32845, "LOGLUV")]
    [InlineData(262, 32803, "32803")]
    [InlineData(339, 2, "signed samples of 8 bits")]
    [InlineData(339, 3, "floating-point samples of 8 bits")]
    [InlineData(339, 5, "complex samples")]
    [InlineData(258, 20, "samples of 20 bits")]
    [InlineData(258, 64, "samples of 64 bits")]
    public void Kinds_that_cannot_be_decoded_are_not_called_damaged(int tag, int value, string kind)
    {
        var error = Fails(new RawTiff().Build(RawPage.Grey(2, 2, new byte[64]).Short(tag, value)), kind);
        error.Message.ShouldContain("not supported");
        error.Message.ShouldNotContain("damaged");
    }

    [Fact]
    public void Predictors_that_the_samples_do_not_fit_are_not_supported()
    {
        Fails(new RawTiff().Build(Grey(2, 1, new byte[64]).Short(258, 12).Short(259, 5).Short(317, 2)), "predictor 2 of 12-bit samples").Message.ShouldContain("not supported");
        Fails(new RawTiff().Build(Grey(2, 1, new byte[64]).Short(259, 8).Short(317, 3)), "predictor 3 of 8-bit samples").Message.ShouldContain("not supported");
    }

    private static RawPage Grey(int width, int height, byte[] rows) => RawPage.Grey(width, height, rows);

    private static IEnumerable<byte> Whole(long[] values, int size, bool little)
        => values.SelectMany(value => little ? BitConverter.GetBytes(value)[..size] : BitConverter.GetBytes(value)[..size].Reverse());

    private static IEnumerable<byte> Packed(long[] row, int bits)
    {
        var text = string.Concat(row.Select(value => Convert.ToString(value, 2).PadLeft(bits, '0')));
        return text.PadRight((text.Length + 7) / 8 * 8, '0').Chunk(8).Select(eight => Convert.ToByte(new string(eight), 2));
    }

    private IRConStyleException Fails(byte[] content, string problem)
    {
        var error = Should.Throw<IRConStyleException>(() => Read(content));
        error.Message.ShouldContain(problem);
        error.Remedy.ShouldNotBeNullOrEmpty();
        return error;
    }

    private RasterImage Read(byte[] content)
    {
        File.WriteAllBytes(_directory.File("a.tif"), content);
        return new ImageCodec().Read(_directory.File("a.tif"));
    }
}

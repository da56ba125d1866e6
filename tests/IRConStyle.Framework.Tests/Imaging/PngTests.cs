using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class PngTests
{
    private static readonly byte[] Palette = [10, 20, 30, 40, 50, 60, 70, 80, 90];

    [Theory]
    [InlineData(1, new byte[] { 0, 0b1010_0000 }, new byte[] { 255, 0, 255 })]
    [InlineData(2, new byte[] { 0, 0b0110_1100 }, new byte[] { 85, 170, 255 })]
    [InlineData(4, new byte[] { 0, 0x0F, 0x80 }, new byte[] { 0, 255, 136 })]
    public void Few_bits_of_grey_span_the_whole_range(int bits, byte[] rows, byte[] expected)
        => Read(TestImages.Png(3, 1, bits, 0, rows)).Samples.ShouldMatch(expected);

    [Theory]
    [InlineData(2, new byte[] { 0, 0b1000_0100 })]
    [InlineData(8, new byte[] { 0, 2, 0, 1 })]
    public void A_palette_becomes_colour_and_alpha(int bits, byte[] rows)
    {
        var image = Read(TestImages.Png(3, 1, bits, 3, rows, false, ("PLTE", Palette), ("tRNS", [0, 128])));
        image.Samples.ShouldBe(new byte[] { 70, 80, 90, 10, 20, 30, 40, 50, 60 });
        image.Alpha.ShouldBe(new byte[] { 255, 0, 128 });
        Read(TestImages.Png(3, 1, bits, 3, rows, false, ("PLTE", Palette))).Alpha.ShouldBeNull();
    }

    [Fact]
    public void One_colour_can_be_the_transparent_one()
    {
        var image = Read(TestImages.Png(2, 1, 8, 2, [0, 1, 2, 3, 1, 2, 4], false, ("tRNS", [0, 1, 0, 2, 0, 3])));
        image.Samples.ShouldBe(new byte[] { 1, 2, 3, 1, 2, 4 });
        image.Alpha.ShouldBe(new byte[] { 0, 255 });
        var words = Read(TestImages.Png(2, 1, 16, 0, [0, 1, 2, 3, 4], false, ("tRNS", [3, 4])));
        words.Words.ToArray().ShouldBe(new ushort[] { 0x0102, 0x0304 });
        words.Alpha.ShouldBe(new byte[] { 255, 255, 0, 0 });
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(8, 6)]
    [InlineData(16, 2)]
    [InlineData(1, 0)]
    public void Interlaced_images_equal_plain_ones(int bits, int colour)
    {
        var channels = colour switch { 2 => 3, 6 => 4, _ => 1 };
        for (var size = 1; size <= 20; size++)
        {
            var (width, height) = (size, 21 - size);
            var pixels = new byte[width * height][];
            var random = new Random(size);
            for (var i = 0; i < pixels.Length; i++)
                random.NextBytes(pixels[i] = new byte[Math.Max(1, channels * bits / 8)]);
            var plain = Read(TestImages.Png(width, height, bits, colour, Rows(pixels, width, height, bits, 0, 0, 1, 1)));
            byte[] passes =
            [
                .. Rows(pixels, width, height, bits, 0, 0, 8, 8), .. Rows(pixels, width, height, bits, 4, 0, 8, 8),
                .. Rows(pixels, width, height, bits, 0, 4, 4, 8), .. Rows(pixels, width, height, bits, 2, 0, 4, 4),
                .. Rows(pixels, width, height, bits, 0, 2, 2, 4), .. Rows(pixels, width, height, bits, 1, 0, 2, 2),
                .. Rows(pixels, width, height, bits, 0, 1, 1, 2),
            ];

            var interlaced = Read(TestImages.Png(width, height, bits, colour, passes, interlaced: true));

            interlaced.Samples.ShouldMatch(plain.Samples);
            interlaced.Alpha.ShouldMatch(plain.Alpha);
        }
    }

    [Fact]
    public void Every_row_filter_is_undone()
    {
        // Two pixels of grey per row; worked out by hand from section 9 of the specification.
        byte[] rows = [0, 10, 20, 1, 10, 20, 2, 5, 5, 3, 6, 10, 4, 1, 2];
        Read(TestImages.Png(2, 5, 8, 0, rows)).Samples.ShouldBe(new byte[] { 10, 20, 10, 30, 15, 35, 13, 34, 14, 36 });
        Should.Throw<IRConStyleException>(() => Read(TestImages.Png(2, 1, 8, 0, [5, 0, 0]))).Message.ShouldContain("row filter 5");
    }

    [Fact]
    public void Damage_is_told_from_truncation()
    {
        var intact = TestImages.Png(20, 20, 8, 2, new byte[20 * 61]);
        var flipped = (byte[])intact.Clone();
        flipped[^20] ^= 1;
        Should.Throw<IRConStyleException>(() => Read(flipped)).Message.ShouldContain("checksum of its IDAT chunk is wrong");
        Should.Throw<IRConStyleException>(() => Read(TestImages.Png(20, 20, 8, 2, new byte[20 * 61 - 1]))).Message.ShouldContain("truncated");
        Should.Throw<IRConStyleException>(() => Read(TestImages.Png(20, 20, 9, 2, []))).Message.ShouldContain("9 bits");
        Should.Throw<IRConStyleException>(() => Read(TestImages.Png(2, 1, 8, 3, [0, 0, 0]))).Message.ShouldContain("palette is missing");
        Should.Throw<IRConStyleException>(() => Read(TestImages.Png(0, 5, 8, 0, []))).Message.ShouldContain("0×5");
        for (var length = 8; length < intact.Length - 12; length++)
            Should.Throw<IRConStyleException>(() => Read(intact[..length])).Message.ShouldContain("truncated");
    }

    private static byte[] Rows(byte[][] pixels, int width, int height, int bits, int x, int y, int stepX, int stepY)
    {
        var rows = new List<byte>();
        for (; y < height && x < width; y += stepY)
        {
            rows.Add(0);
            byte[] row = [.. Enumerable.Range(0, (width - x + stepX - 1) / stepX).SelectMany(i => pixels[y * width + x + i * stepX])];
            if (bits == 1)
                row = [.. row.Chunk(8).Select(eight => (byte)eight.Select((value, i) => (value & 1) << (7 - i)).Sum())];
            rows.AddRange(row);
        }

        return [.. rows];
    }

    private static RasterImage Read(byte[] content)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory.File("a.png"), content);
        return new ImageCodec().Read(directory.File("a.png"));
    }
}

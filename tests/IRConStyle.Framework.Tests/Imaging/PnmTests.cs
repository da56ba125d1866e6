using System.Text;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class PnmTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ImageCodec _codec = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Raw_and_plain_images_are_read_alike()
    {
        foreach (var file in new[] { Raw("P5 3 2 255\n", 0, 1, 2, 253, 254, 255), Plain("P2\n# by hand\n3 2\n255\n0 1 2\n253 254 255\n"), Raw("P5#x\n3\n2 #y\n255 ", 0, 1, 2, 253, 254, 255) })
            Samples(file, 3, 2, 1).ShouldBe([0, 1, 2, 253, 254, 255]);
        foreach (var file in new[] { Raw("P6\n1 2\n255\n", 1, 2, 3, 4, 5, 6), Plain("P3 1 2 255 1 2 3 4 5 6") })
            Samples(file, 1, 2, 3).ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public void Bitmaps_are_black_where_bits_are_set()
    {
        Samples(Raw("P4\n10 2\n", 0b10100000, 0b01111111, 0b00000001, 0b10000000), 10, 2, 1)
            .ShouldBe([0, 255, 0, 255, 255, 255, 255, 255, 255, 0, 255, 255, 255, 255, 255, 255, 255, 0, 0, 255]);
        Samples(Plain("P1 3 2 101\n0 1 0"), 3, 2, 1).ShouldBe([0, 255, 0, 255, 0, 255]);
    }

    [Fact]
    public void Other_largest_values_are_spread_over_all_bits()
    {
        Samples(Raw("P5 4 1 15\n", 0, 1, 7, 15), 4, 1, 1).ShouldBe([0, 17, 119, 255]);
        var wide = _codec.Read(Write(Raw("P5 3 1 4095\n", 0, 0, 0x01, 0x02, 0x0F, 0xFF)));
        wide.BitDepth.ShouldBe(16);
        wide.Words.ToArray().ShouldBe([(ushort)0, (ushort)Math.Round(0x102 * 65535.0 / 4095), ushort.MaxValue]);
        _codec.Read(Write(Raw("P6 1 1 65535\n", 1, 2, 3, 4, 5, 6))).Words.ToArray().ShouldBe([(ushort)0x102, (ushort)0x304, (ushort)0x506]);
    }

    [Fact]
    public void The_size_is_read_from_the_header()
        => _codec.ReadSize(Write(Raw("P6 # wide\n 70 5 255\n"))).ShouldBe((70, 5));

    [Fact]
    public void Further_images_are_told_of()
    {
        byte[] one = Raw("P5 2 2 255\n", 1, 2, 3, 4);
        _codec.Read(Write(one)).Notes.ShouldBeEmpty();
        _codec.Read(Write([.. one, .. one])).Notes.ShouldHaveSingleItem().ShouldContain("first of several");
    }

    [Theory]
    [InlineData("P5 4 4 255\nabc", "truncated")]
    [InlineData("P5 4", "truncated")]
    [InlineData("P5 4 4", "truncated")]
    [InlineData("P3 2 2 255 1 2 3", "truncated")]
    [InlineData("P1 2 2 1", "truncated")]
    [InlineData("P5 100000 100000 255\n", "the limit is")]
    [InlineData("P2 1 1 255 256", "above its largest one, 255")]
    [InlineData("P2 1 1 255 1234567890123", "too many digits")]
    [InlineData("P5 1 1 70000\na", "70000")]
    [InlineData("P5 0 1 255\n", "0×1")]
    [InlineData("P1 1 1 2", "neither 0 nor 1")]
    [InlineData("P5 1 1 x", "a number is expected")]
    [InlineData("P5 is a text", "is not an image")]
    public void What_is_wrong_is_said(string content, string expected)
        => Should.Throw<IRConStyleException>(() => _codec.Read(Write(Plain(content)))).Message.ShouldContain(expected);

    private byte[] Samples(byte[] file, int width, int height, int channels)
    {
        var image = _codec.Read(Write(file));
        (image.Width, image.Height, image.Channels, image.BitDepth, image.SourceFormat).ShouldBe((width, height, channels, 8, "PNM"));
        return image.Samples;
    }

    private string Write(byte[] content)
    {
        var path = _directory.File("a.pnm");
        File.WriteAllBytes(path, content);
        return path;
    }

    private static byte[] Raw(string header, params byte[] samples) => [.. Plain(header), .. samples];

    private static byte[] Plain(string text) => Encoding.ASCII.GetBytes(text);
}

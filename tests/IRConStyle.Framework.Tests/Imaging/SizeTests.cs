using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class SizeTests : IDisposable
{
    private static readonly ImageCodec Codec = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.jpg")]
    [InlineData("a.webp")]
    [InlineData("a.tif")]
    public void The_header_tells_the_size_of_the_decoded_image(string name)
    {
        foreach (var (width, height, channels) in new[] { (37, 29, 3), (1, 1, 3), (300, 2, 1) })
        {
            Codec.Write(_directory.File(name), TestImages.Random(1, width, height, channels));
            ShouldAgree(name).ShouldBe((width, height));
        }
    }

    [Fact]
    public void A_bitmap_tells_its_size_whichever_way_its_rows_run()
    {
        foreach (var height in new[] { 3, -3 })
        {
            byte[] bytes = [.. "BM"u8, .. BitConverter.GetBytes(54 + 48), 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, .. BitConverter.GetBytes(5),
                .. BitConverter.GetBytes(height), 1, 0, 24, 0, .. new byte[24], .. new byte[48]];
            File.WriteAllBytes(_directory.File("a.bmp"), bytes);
            ShouldAgree("a.bmp").ShouldBe((5, 3));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(8)]
    public void The_size_is_that_of_the_upright_image(int orientation)
    {
        (int, int) upright = orientation >= 5 ? (2, 3) : (3, 2);
        byte[] rows = [0, .. "ABC"u8, 0, .. "DEF"u8];
        var before = TestImages.Png(3, 2, 8, 0, rows, extra: ("eXIf", TestImages.Exif(orientation)));
        File.WriteAllBytes(_directory.File("before.png"), before);
        ShouldAgree("before.png").ShouldBe(upright);

        // Behind the pixels, and once more with a checksum that does not fit, which does not count.
        var plain = TestImages.Png(3, 2, 8, 0, rows);
        var broken = TestImages.Chunk("eXIf", TestImages.Exif(2));
        broken[^1] ^= 1;
        File.WriteAllBytes(_directory.File("behind.png"), [.. plain[..^12], .. TestImages.Chunk("eXIf", TestImages.Exif(orientation)), .. broken, .. plain[^12..]]);
        ShouldAgree("behind.png").ShouldBe(upright);

        Codec.Write(_directory.File("a.jpg"), TestImages.Smooth(3, 2));
        File.WriteAllBytes(_directory.File("a.jpg"), TestImages.WithExif(File.ReadAllBytes(_directory.File("a.jpg")), TestImages.Exif(orientation)));
        ShouldAgree("a.jpg").ShouldBe(upright);

        using (var tiff = BitMiracle.LibTiff.Classic.Tiff.Open(_directory.File("a.tif"), "w"))
        {
            foreach (var (tag, value) in new[]
            {
                (BitMiracle.LibTiff.Classic.TiffTag.IMAGEWIDTH, 3), (BitMiracle.LibTiff.Classic.TiffTag.IMAGELENGTH, 2),
                (BitMiracle.LibTiff.Classic.TiffTag.BITSPERSAMPLE, 8), (BitMiracle.LibTiff.Classic.TiffTag.SAMPLESPERPIXEL, 1),
                (BitMiracle.LibTiff.Classic.TiffTag.PHOTOMETRIC, 1), (BitMiracle.LibTiff.Classic.TiffTag.ROWSPERSTRIP, 1),
                (BitMiracle.LibTiff.Classic.TiffTag.ORIENTATION, orientation),
            })
                tiff.SetField(tag, value);
            tiff.WriteScanline("ABC"u8.ToArray(), 0);
            tiff.WriteScanline("DEF"u8.ToArray(), 1);
        }

        ShouldAgree("a.tif").ShouldBe(upright);
    }

    [Fact]
    public void A_WebP_with_orientation_tells_the_size_it_is_decoded_to()
    {
        Codec.Write(_directory.File("a.webp"), TestImages.Smooth(30, 20));
        var bytes = File.ReadAllBytes(_directory.File("a.webp"));
        var exif = TestImages.Exif(6);
        byte[] extended = [.. "RIFF\0\0\0\0WEBPVP8X"u8, 10, 0, 0, 0, 8, 0, 0, 0, 29, 0, 0, 19, 0, 0, .. bytes[12..],
            .. "EXIF"u8, .. BitConverter.GetBytes(exif.Length), .. exif];
        BitConverter.GetBytes(extended.Length - 8).CopyTo(extended, 4);
        File.WriteAllBytes(_directory.File("b.webp"), extended);
        ShouldAgree("b.webp");
    }

    [SkippableFact]
    public void Files_of_public_sets_tell_the_size_they_are_decoded_to()
    {
        foreach (var folder in new[] { "CBSD68", "GoPro_5", "train_clean_bsds322", "SOTS_indoor_12" })
            foreach (var file in Directory.EnumerateFiles(SharedData.Shared("data", folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(5))
            {
                var image = Codec.Read(file);
                Codec.ReadSize(file).ShouldBe((image.Width, image.Height), file);
            }
    }

    [Theory]
    [InlineData("text.png", "This is no image.", "not an image")]
    [InlineData("empty.png", "", "empty")]
    public void What_is_no_image_is_refused_as_when_it_is_read(string name, string content, string expected)
    {
        File.WriteAllText(_directory.File(name), content);
        Should.Throw<IRConStyleException>(() => Codec.ReadSize(_directory.File(name))).Message.ShouldContain(expected);
        Should.Throw<IRConStyleException>(() => Codec.ReadSize(_directory.File("missing.png"))).Message.ShouldContain("does not exist");
        Should.Throw<IRConStyleException>(() => Codec.ReadSize(_directory.Path)).Message.ShouldContain("directory");
    }

    [Fact]
    public void Headers_that_break_off_or_lie_are_refused()
    {
        var png = TestImages.Png(3, 2, 8, 0, [0, 1, 2, 3, 0, 4, 5, 6]);
        for (var length = 1; length < 29; length++)
        {
            File.WriteAllBytes(_directory.File("a.png"), png[..length]);
            Should.Throw<IRConStyleException>(() => Codec.ReadSize(_directory.File("a.png")));
        }

        png.AsSpan(16, 8).Fill(0x7f);
        File.WriteAllBytes(_directory.File("a.png"), png);
        Should.Throw<IRConStyleException>(() => Codec.ReadSize(_directory.File("a.png"))).Message.ShouldContain("megapixels");
        File.WriteAllBytes(_directory.File("a.jpg"), [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 1, 2]);
        Should.Throw<IRConStyleException>(() => Codec.ReadSize(_directory.File("a.jpg"))).Message.ShouldContain("JPEG");
        File.WriteAllBytes(_directory.File("a.tif"), [.. "II*\0"u8, 200, 0, 0, 0]);
        Should.Throw<IRConStyleException>(() => Codec.ReadSize(_directory.File("a.tif"))).Message.ShouldContain("TIFF");
    }

    private (int Width, int Height) ShouldAgree(string name)
    {
        var image = Codec.Read(_directory.File(name));
        var size = Codec.ReadSize(_directory.File(name));
        size.ShouldBe((image.Width, image.Height), name);
        new ImageReader(Codec).ReadSize(_directory.File(name)).ShouldBe(size);
        return size;
    }
}

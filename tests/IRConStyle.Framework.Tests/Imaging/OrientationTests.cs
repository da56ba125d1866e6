using BitMiracle.LibTiff.Classic;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class OrientationTests
{
    private static readonly ImageCodec Codec = new();

    /// <summary>How a stored ABC/DEF is to be shown (EXIF 2.32, tag 0x0112).</summary>
    public static TheoryData<int, string> Orientations => new()
    {
        { 1, "ABC/DEF" },
        { 2, "CBA/FED" },
        { 3, "FED/CBA" },
        { 4, "DEF/ABC" },
        { 5, "AD/BE/CF" },
        { 6, "DA/EB/FC" },
        { 7, "FC/EB/DA" },
        { 8, "CF/BE/AD" },
    };

    [Theory]
    [MemberData(nameof(Orientations))]
    public void A_png_is_turned_upright(int orientation, string upright)
    {
        using var directory = new TemporaryDirectory();
        foreach (var little in new[] { false, true })
        {
            File.WriteAllBytes(directory.File("a.png"), TestImages.Png(3, 2, 8, 0, [0, .. "ABC"u8, 0, .. "DEF"u8], extra: ("eXIf", TestImages.Exif(orientation, little))));
            Shown(Codec.Read(directory.File("a.png")), 1).ShouldBe(upright);
        }
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void Colour_alpha_and_16_bits_turn_together(int orientation, string upright)
    {
        var expected = string.Concat(upright.Split('/'));
        foreach (var (channels, bits) in new[] { (1, 8), (1, 16), (3, 8), (3, 16) })
        {
            var image = new RasterImage(3, 2, channels, bits, alpha: new byte[6 * bits / 8]);
            for (var i = 0; i < image.Samples.Length; i++)
                image.Samples[i] = (byte)("ABCDEF"[i / (channels * bits / 8)] + 100 * (i % (channels * bits / 8) % 2));
            for (var i = 0; i < image.Alpha!.Length; i++)
                image.Alpha[i] = (byte)"ABCDEF"[i / (bits / 8)];

            var turned = Framework.Imaging.Orientation.Apply(image, orientation);

            var step = channels * bits / 8;
            for (var i = 0; i < turned.Samples.Length; i++)
                turned.Samples[i].ShouldBe((byte)(expected[i / step] + 100 * (i % step % 2)));
            for (var i = 0; i < turned.Alpha!.Length; i++)
                turned.Alpha[i].ShouldBe((byte)expected[i / (bits / 8)]);
        }
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void A_jpeg_is_turned_upright(int orientation, string upright)
    {
        using var directory = new TemporaryDirectory();
        var image = new RasterImage(24, 16, 1);
        for (var i = 0; i < image.Samples.Length; i++)
            image.Samples[i] = (byte)((i / 24 / 8 * 3 + i % 24 / 8) * 40 + 20);
        Codec.Write(directory.File("plain.jpg"), image);
        File.WriteAllBytes(directory.File("a.jpg"), TestImages.WithExif(File.ReadAllBytes(directory.File("plain.jpg")), TestImages.Exif(orientation)));

        var read = Codec.Read(directory.File("a.jpg"));

        for (var i = 0; i < read.Samples.Length; i++)
            read.Samples[i] = (byte)('A' + read.Samples[i] / 40);
        Shown(read, 8).ShouldBe(upright);
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void A_tiff_is_turned_upright(int orientation, string upright)
    {
        using var directory = new TemporaryDirectory();
        using (var tiff = Tiff.Open(directory.File("a.tif"), "w"))
        {
            tiff.SetField(TiffTag.IMAGEWIDTH, 3);
            tiff.SetField(TiffTag.IMAGELENGTH, 2);
            tiff.SetField(TiffTag.BITSPERSAMPLE, 8);
            tiff.SetField(TiffTag.SAMPLESPERPIXEL, 1);
            tiff.SetField(TiffTag.PHOTOMETRIC, Photometric.MINISBLACK);
            tiff.SetField(TiffTag.ORIENTATION, orientation);
            tiff.WriteScanline("ABC"u8.ToArray(), 0);
            tiff.WriteScanline("DEF"u8.ToArray(), 1);
        }

        Shown(Codec.Read(directory.File("a.tif")), 1).ShouldBe(upright);
    }

    private static string Shown(RasterImage image, int block)
        => string.Join('/', Enumerable.Range(0, image.Height / block).Select(y => string.Concat(
            Enumerable.Range(0, image.Width / block).Select(x => (char)image.Samples[(y * block + block / 2) * image.Width + x * block + block / 2]))));
}

using BitMiracle.LibTiff.Classic;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class TiffTests
{
    [Theory]
    [InlineData(Compression.NONE, false)]
    [InlineData(Compression.PACKBITS, false)]
    [InlineData(Compression.ADOBE_DEFLATE, true)]
    public void Tiles_strips_and_separate_planes_hold_the_same_image(Compression compression, bool tiled)
    {
        foreach (var (bits, separate) in new[] { (8, false), (16, true), (8, true) })
        {
            var expected = TestImages.Random(bits, 37, 29, 3, bits, alpha: true);
            var read = Read(tiff =>
            {
                Describe(tiff, 37, 29, bits, 4, Photometric.RGB, compression);
                tiff.SetField(TiffTag.EXTRASAMPLES, 1, new[] { (short)ExtraSample.UNASSALPHA });
                tiff.SetField(TiffTag.PLANARCONFIG, separate ? PlanarConfig.SEPARATE : PlanarConfig.CONTIG);
                var size = bits / 8;
                byte[] Pixels(int x, int y, int width, int height, int plane) => [..
                    from v in Enumerable.Range(y, height)
                    from u in Enumerable.Range(x, width)
                    from channel in separate ? [plane] : new[] { 0, 1, 2, 3 }
                    from part in Enumerable.Range(0, size)
                    let pixel = v * 37 + u
                    select u >= 37 || v >= 29 ? (byte)0 : channel == 3 ? expected.Alpha![pixel * size + part] : expected.Samples[(pixel * 3 + channel) * size + part]];

                if (tiled)
                {
                    tiff.SetField(TiffTag.TILEWIDTH, 16);
                    tiff.SetField(TiffTag.TILELENGTH, 16);
                }
                else
                    tiff.SetField(TiffTag.ROWSPERSTRIP, 5);
                var block = 0;
                for (var plane = 0; plane < (separate ? 4 : 1); plane++)
                    for (var y = 0; y < 29; y += tiled ? 16 : 5)
                        for (var x = 0; x < 37; x += tiled ? 16 : 37)
                        {
                            var data = tiled ? Pixels(x, y, 16, 16, plane) : Pixels(0, y, 37, Math.Min(5, 29 - y), plane);
                            _ = tiled ? tiff.WriteEncodedTile(block++, data, data.Length) : tiff.WriteEncodedStrip(block++, data, data.Length);
                        }
            });
            read.Samples.ShouldMatch(expected.Samples);
            read.Alpha.ShouldMatch(expected.Alpha);
        }
    }

    [Fact]
    public void Where_zero_is_white_the_values_are_turned_round()
        => Read(tiff =>
        {
            Describe(tiff, 3, 1, 8, 1, Photometric.MINISWHITE);
            tiff.WriteScanline([0, 100, 255], 0);
        }).Samples.ShouldBe(new byte[] { 255, 155, 0 });

    [Fact]
    public void Alpha_multiplied_into_the_colour_is_divided_out()
    {
        var image = Read(tiff =>
        {
            Describe(tiff, 2, 1, 8, 4, Photometric.RGB);
            tiff.SetField(TiffTag.EXTRASAMPLES, 1, new[] { (short)ExtraSample.ASSOCALPHA });
            tiff.WriteScanline([50, 20, 100, 100, 0, 0, 0, 0], 0);
        });
        image.Samples.ShouldBe(new byte[] { 128, 51, 255, 0, 0, 0 });
        image.Alpha.ShouldBe(new byte[] { 100, 0 });
    }

    [Fact]
    public void Black_and_white_stays_grey()
        => Read(tiff =>
        {
            Describe(tiff, 3, 1, 1, 1, Photometric.MINISBLACK);
            tiff.WriteScanline([0b1010_0000], 0);
        }).Samples.ShouldBe(new byte[] { 255, 0, 255 });

    private static void Describe(Tiff tiff, int width, int height, int bits, int samples, Photometric photometric, Compression compression = Compression.NONE)
    {
        tiff.SetField(TiffTag.IMAGEWIDTH, width);
        tiff.SetField(TiffTag.IMAGELENGTH, height);
        tiff.SetField(TiffTag.BITSPERSAMPLE, bits);
        tiff.SetField(TiffTag.SAMPLESPERPIXEL, samples);
        tiff.SetField(TiffTag.PHOTOMETRIC, photometric);
        tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
        tiff.SetField(TiffTag.COMPRESSION, compression);
    }

    private static RasterImage Read(Action<Tiff> write)
    {
        using var directory = new TemporaryDirectory();
        using (var tiff = Tiff.Open(directory.File("a.tif"), "w"))
            write(tiff);
        return new ImageCodec().Read(directory.File("a.tif"));
    }
}

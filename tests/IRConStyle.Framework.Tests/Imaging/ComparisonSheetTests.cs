using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class ComparisonSheetTests
{
    [Fact]
    public void The_detail_shows_where_the_pictures_differ_most()
    {
        var clean = TestImages.Smooth(320, 240);
        var noisy = new RasterImage(320, 240, 3, 8, [.. clean.Samples]);
        for (var y = 104; y < 200; y++)
            for (var x = 200; x < 296; x++)
                noisy.Samples[(y * 320 + x) * 3] ^= 0x40;
        Detail.MostDifferent(new Picture(320, 240, noisy.Samples), new Picture(320, 240, clean.Samples), 96, 96).ShouldBe((200, 104));

        var sheet = ComparisonSheet.Draw(noisy, clean);

        (sheet.Width, sheet.Height).ShouldBe((2 * 16 + 2 * 320 + 17, 2 * 16 + 2 * 26 + 240 + 16 + 288));
        Contains(sheet, (255, 196, 61)).ShouldBeTrue("the frame is drawn");
        Contains(sheet, (226, 228, 231)).ShouldBeTrue("the captions are drawn");
    }

    [Theory]
    [InlineData(1, 1, 1, 8)]
    [InlineData(50, 7, 3, 16)]
    [InlineData(1700, 90, 1, 16)]
    public void Any_size_and_kind_of_picture_fits(int width, int height, int channels, int bits)
    {
        var image = TestImages.Random(1, width, height, channels, bits);
        var sheet = ComparisonSheet.Draw([new("Degraded", image), new("A very long label that will not fit the panel at all", image), new("100 % ü", image)]);
        sheet.Width.ShouldBeLessThan(3 * 850);
    }

    [Fact]
    public void Panels_of_different_sizes_are_refused()
        => Should.Throw<ArgumentException>(() => ComparisonSheet.Draw(new RasterImage(2, 2, 3), new RasterImage(2, 3, 3)));

    private static bool Contains(RasterImage image, (byte R, byte G, byte B) colour)
        => Enumerable.Range(0, image.Width * image.Height).Any(i => (image.Samples[3 * i], image.Samples[3 * i + 1], image.Samples[3 * i + 2]) == colour);
}

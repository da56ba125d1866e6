using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class ImageCompressorTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ImageCompressor _compressor = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_comes_back_is_what_a_file_of_that_quality_shows()
    {
        var codec = new ImageCodec();
        var rgb = Picture();
        codec.Write(_directory.File("a.jpg"), new RasterImage(45, 35, 3, 8, [.. rgb]), new ImageWriteOptions { Quality = 40 });

        _compressor.ThroughJpeg(rgb, 45, 35, quality: 40, halveColour: false);

        rgb.ShouldBe(codec.Read(_directory.File("a.jpg")).Samples);
    }

    [Fact]
    public void Lower_quality_loses_more()
    {
        double[] errors = [.. new[] { 95, 60, 20, 5 }.Select(quality => Error(quality, halveColour: false))];
        errors.ShouldBe(errors.Order());
        errors[0].ShouldBeLessThan(errors[3] / 3);
    }

    [Fact]
    public void Halved_colour_loses_colour_at_the_best_quality()
    {
        Error(100, halveColour: false).ShouldBeLessThan(1.5);
        Error(100, halveColour: true).ShouldBeGreaterThan(2 * Error(100, halveColour: false));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(1, 17)]
    public void The_smallest_images_pass(int width, int height)
    {
        var rgb = Enumerable.Repeat((byte)128, width * height * 3).ToArray();
        _compressor.ThroughJpeg(rgb, width, height, 75, halveColour: true);
        rgb.ShouldAllBe(value => Math.Abs(value - 128) <= 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void A_quality_off_the_scale_is_refused(int quality)
        => Should.Throw<ArgumentOutOfRangeException>(() => _compressor.ThroughJpeg(new byte[3], 1, 1, quality, halveColour: false));

    private double Error(int quality, bool halveColour)
    {
        var (before, after) = (Picture(), Picture());
        _compressor.ThroughJpeg(after, 45, 35, quality, halveColour);
        return before.Zip(after, (was, value) => Math.Abs(was - value)).Average();
    }

    /// <summary>Coloured stripes: what halved colour cannot hold.</summary>
    private static byte[] Picture()
        => [.. Enumerable.Range(0, 45 * 35 * 3).Select(i => (byte)(i % 3 == i / 3 % 3 ? 200 : 60 + i / 135))];
}

using System.Buffers.Binary;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class RoundTripTests
{
    private static readonly ImageCodec Codec = new();

    public static TheoryData<string, int, int, bool> Lossless()
    {
        var cases = new TheoryData<string, int, int, bool>();
        foreach (var extension in new[] { ".png", ".tif", ".tiff" })
            foreach (var channels in new[] { 1, 3 })
                foreach (var bits in new[] { 8, 16 })
                    foreach (var alpha in new[] { false, true })
                        cases.Add(extension, channels, bits, alpha);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Lossless))]
    public void Images_of_any_size_survive_exactly(string extension, int channels, int bits, bool alpha)
    {
        using var directory = new TemporaryDirectory();
        var sizes = new Random(7);
        for (var seed = 0; seed < 12; seed++)
        {
            var profile = TestImages.Profile(channels == 1 ? "GRAY" : "RGB ", 500 + seed);
            var image = TestImages.Random(seed, sizes.Next(1, 41), sizes.Next(1, 41), channels, bits, alpha, seed % 2 == 0 ? profile : null);

            var back = RoundTrip(directory.File($"{seed}{extension}"), image);

            (back.Width, back.Height, back.Channels, back.BitDepth).ShouldBe((image.Width, image.Height, channels, bits));
            back.Samples.ShouldMatch(image.Samples);
            back.Alpha.ShouldMatch(image.Alpha);
            back.IccProfile.ShouldMatch(image.IccProfile);
            back.SourceFormat.ShouldBe(extension == ".png" ? "PNG" : "TIFF");
        }

        Directory.GetFiles(directory.Path).Length.ShouldBe(12);
    }

    [Fact]
    public void Pixels_of_more_than_one_chunk_survive()
    {
        using var directory = new TemporaryDirectory();
        var image = TestImages.Random(4, 900, 1000);
        RoundTrip(directory.File("a.png"), image).Samples.ShouldMatch(image.Samples);
        var (content, chunks) = (File.ReadAllBytes(directory.File("a.png")), 0);
        for (var at = 8; at < content.Length; at += 12 + BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(at)))
            chunks += content.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8) ? 1 : 0;
        chunks.ShouldBe(3);
    }

    [Theory]
    [InlineData(".png")]
    [InlineData(".tif")]
    public void All_16_bit_values_survive(string extension)
    {
        using var directory = new TemporaryDirectory();
        var image = new RasterImage(256, 256, 1, 16);
        for (var i = 0; i < image.Words.Length; i++)
            image.Words[i] = (ushort)i;
        RoundTrip(directory.File($"all{extension}"), image).Samples.ShouldMatch(image.Samples);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(1, false)]
    public void Webp_is_lossless_by_default(int channels, bool alpha)
    {
        using var directory = new TemporaryDirectory();
        var sizes = new Random(8);
        for (var seed = 0; seed < 12; seed++)
        {
            var image = TestImages.Random(seed, sizes.Next(1, 41), sizes.Next(1, 41), channels, 8, alpha, channels == 3 ? TestImages.Profile("RGB ", 501) : null);
            for (var i = 0; i < image.Alpha?.Length; i++)
                image.Alpha[i] = Math.Max(image.Alpha[i], (byte)1);

            var back = RoundTrip(directory.File($"{seed}.webp"), image);

            back.Samples.ShouldMatch(image.RgbBytes());
            back.Alpha.ShouldMatch(image.Alpha);
            back.IccProfile.ShouldMatch(image.IccProfile);
        }
    }

    [Fact]
    public void Webp_keeps_alpha_and_profile_when_lossy_too()
    {
        using var directory = new TemporaryDirectory();
        var colour = TestImages.Smooth(64, 48);
        var image = new RasterImage(64, 48, 3, 8, colour.Samples, Enumerable.Repeat((byte)128, 64 * 48).ToArray()) { IccProfile = TestImages.Profile("RGB ") };
        var back = RoundTrip(directory.File("a.webp"), image, new ImageWriteOptions(LosslessWebp: false));
        back.Alpha.ShouldMatch(image.Alpha);
        back.IccProfile.ShouldMatch(image.IccProfile);
        Difference(back.Samples, image.Samples).ShouldBeInRange(0.01, 4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Jpeg_keeps_grey_and_the_profile_and_stays_close(int channels)
    {
        using var directory = new TemporaryDirectory();
        // Longer than one segment holds.
        var image = TestImages.Smooth(97, 61, channels, TestImages.Profile(channels == 1 ? "GRAY" : "RGB ", 150_000));
        var back = RoundTrip(directory.File("a.jpg"), image);
        back.Channels.ShouldBe(channels);
        back.IccProfile.ShouldMatch(image.IccProfile);
        Difference(back.Samples, image.Samples).ShouldBeLessThan(2);
    }

    [Fact]
    public void Quality_decides_the_size_of_a_jpeg()
    {
        using var directory = new TemporaryDirectory();
        var image = TestImages.Random(1, 64, 64);
        Codec.Write(directory.File("low.jpg"), image, new ImageWriteOptions(Quality: 10));
        Codec.Write(directory.File("high.jpg"), image);
        new FileInfo(directory.File("high.jpg")).Length.ShouldBeGreaterThan(2 * new FileInfo(directory.File("low.jpg")).Length);
    }

    [Fact]
    public void Jpeg_drops_alpha_but_keeps_the_colour_beneath()
    {
        using var directory = new TemporaryDirectory();
        var colour = TestImages.Smooth(32, 32);
        var image = new RasterImage(32, 32, 3, 8, colour.Samples, new byte[32 * 32]);
        var back = RoundTrip(directory.File("a.jpeg"), image);
        back.Alpha.ShouldBeNull();
        Difference(back.Samples, image.Samples).ShouldBeLessThan(2);
    }

    [Theory]
    [InlineData(".jpg")]
    [InlineData(".webp")]
    public void Formats_of_8_bits_round_16_bit_images(string extension)
    {
        using var directory = new TemporaryDirectory();
        var eight = TestImages.Smooth(40, 30);
        var image = new RasterImage(40, 30, 3, 16);
        for (var i = 0; i < eight.Samples.Length; i++)
            image.Words[i] = (ushort)(eight.Samples[i] * 257);
        var back = RoundTrip(directory.File($"a{extension}"), image);
        back.BitDepth.ShouldBe(8);
        Difference(back.Samples, eight.Samples).ShouldBeLessThan(extension == ".webp" ? 1e-9 : 2);
    }

    [Fact]
    public void A_profile_of_another_colour_space_is_not_passed_on()
    {
        using var directory = new TemporaryDirectory();
        RoundTrip(directory.File("a.png"), TestImages.Random(1, 4, 4, 1, profile: TestImages.Profile("RGB "))).IccProfile.ShouldBeNull();
        RoundTrip(directory.File("a.webp"), TestImages.Random(1, 4, 4, 1, profile: TestImages.Profile("GRAY"))).IccProfile.ShouldBeNull();
    }

    [Fact]
    public void Threads_read_the_same_as_one_does()
    {
        using var directory = new TemporaryDirectory();
        var reader = new ImageReader(Codec);
        string[] paths = [.. new[] { "a.png", "b.jpg", "c.webp", "d.tif" }.Select(name => directory.File(name))];
        foreach (var path in paths)
            Codec.Write(path, TestImages.Smooth(120, 90));
        var alone = paths.Select(path => Codec.Read(path).Samples).ToArray();

        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            Codec.Read(paths[i % 4]).Samples.ShouldMatch(alone[i % 4]);
            using var tensor = reader.Read(paths[i % 4]).ToRgbTensor(new ImageView(0, 0, 90, 120));
            tensor.shape.ShouldBe([3L, 90, 120]);
        });
    }

    [SkippableFact]
    public void Every_photograph_of_the_test_sets_can_be_read()
    {
        var files = Directory.GetFiles(SharedData.Shared("data"), "*.*", SearchOption.AllDirectories)
            .Where(file => Codec.Extensions.Contains(Path.GetExtension(file))).ToArray();
        files.Length.ShouldBeGreaterThan(500);
        Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = 2 }, file => Codec.Read(file).Samples.Max().ShouldBeGreaterThan((byte)0));
    }

    private static RasterImage RoundTrip(string path, RasterImage image, ImageWriteOptions? options = null)
    {
        Codec.Write(path, image, options);
        return Codec.Read(path);
    }

    private static double Difference(byte[] one, byte[] other) => one.Zip(other, (a, b) => Math.Abs(a - b)).Average();
}

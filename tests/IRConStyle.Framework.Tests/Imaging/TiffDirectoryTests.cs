using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class TiffDirectoryTests : IDisposable
{
    private static readonly byte[] Samples = [.. Enumerable.Range(0, 160 * 120).Select(i => (byte)(i * 7))];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>Byte order and width of numbers.</summary>
    public static TheoryData<bool, bool> Kinds => new() { { true, false }, { false, false }, { true, true }, { false, true } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Files_of_either_byte_order_and_width_hold_the_same_image(bool little, bool big)
    {
        Read(new RawTiff(little, big).Build(Page())).Samples.ShouldMatch(Samples);
        var words = new byte[] { 1, 2, 3, 4 };
        var read = Read(new RawTiff(little, big).Build(RawPage.Grey(2, 1, words).Short(258, 16)));
        read.Words.ToArray().ShouldBe(little ? new ushort[] { 0x0201, 0x0403 } : [0x0102, 0x0304]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_count_beyond_the_file_is_one_clear_error_and_takes_no_memory(bool little, bool big)
    {
        foreach (var count in new[] { 100_000UL, 1UL << 28, 0x7FFF_FFFFUL, 0xFFFF_FFFFUL, ulong.MaxValue / 2 + 2, ulong.MaxValue })
            foreach (var (tag, type) in new[] { (258, 3), (259, 3), (273, 4), (279, 4), (273, 16), (339, 3), (34675, 7), (256, 4), (338, 3), (266, 3), (317, 3), (273, 3) })
                if (big || (count <= uint.MaxValue && type != 16))
                    Fails(new RawTiff(little, big).Build(Page().Claim(tag, type, count, 8)), $"tag {tag} (");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Values_that_lie_beyond_the_end_are_a_truncated_file(bool little, bool big)
    {
        foreach (var (tag, type) in new[] { (258, 3), (273, 4), (279, 4), (34675, 7) })
            foreach (var place in new[] { 40_000UL, 0xFFFF_FFF0UL })
                Fails(new RawTiff(little, big).Build(Page().Claim(tag, type, 200, place)), "truncated");
    }

    [Fact]
    public void What_the_pixels_do_not_need_cannot_cost_the_image()
    {
        foreach (var tag in new[] { 305, 306, 700, 34665, 33723, 37724, 50000, 65000, 301, 318, 333 })
            Read(new RawTiff().Build(Page().Claim(tag, 7, 0xFFFF_FFF0, 8))).Samples.ShouldMatch(Samples);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Strips_and_tiles_are_held_against_the_file(bool little, bool big)
    {
        var tiff = new RawTiff(little, big);
        // As many strips as rows, none of them named: the library would have taken memory for all.
        Fails(tiff.Build(Page(width: 1, height: 16_000_000).Long(278, 1)), "names 1 of the 16000000 strips");
        Fails(tiff.Build(Page(width: 16_000, height: 16_000).Long(278, 16_000)), "truncated");
        foreach (var compression in new[] { 5, 8, 32773 })
            Fails(tiff.Build(Page(width: 16_000, height: 16_000).Long(278, 16_000).Short(259, compression)), "truncated");
        Fails(tiff.Build(Page().Short(259, 5).Long(279, 0xFFFF_FFFF)), "truncated");
        Fails(tiff.Build(Page().Long(273, 0xFFFF_FFF0)), "truncated");
        Fails(tiff.Build(Tiles(2_000_000_000, 2_000_000_000)), "tiles of 2000000000×2000000000");
        Fails(tiff.Build(Tiles(65_536, 65_536)), "tiles of 65536×65536");
        Fails(tiff.Build(Tiles(0, 16)), "tiles of 0×16");
        Fails(tiff.Build(Tiles(16, 16)), "names 1 of the 80 tiles");
        Fails(tiff.Build(Page(width: 100_000).Short(277, 65_535).Short(258, 16).Short(262, 2)), "not supported");
        Fails(tiff.Build(Page().Short(277, 0)), "0 samples");
        Fails(tiff.Build(Page().Short(258, 65_535)), "65535 bits");
        Fails(tiff.Build(Page(width: 200_000_000, height: 1)), "no side may be longer than 16777216");
        Fails(tiff.Build(Page(width: 0)), "0×120");
        Fails(tiff.Build(Page(width: 0xFFFF_FFFF)), "4294967295");
    }

    [Fact]
    public void Samples_of_different_sizes_are_not_supported_rather_than_damaged()
        => Fails(new RawTiff().Build(Page().Short(277, 3).Short(262, 2).Short(258, 5, 6, 5)), "samples of different sizes (5, 6, 5), which is not supported");

    [Fact]
    public void Missing_lengths_of_a_single_strip_are_worked_out()
    {
        Read(new RawTiff().Build(Page().Long(279, 0))).Samples.ShouldMatch(Samples);
        Read(new RawTiff().Build(Page().Long(279, 0xFFFF_FFFF))).Samples.ShouldMatch(Samples);
        Read(new RawTiff().Build(Page().Long(278, 0xFFFF_FFFF))).Samples.ShouldMatch(Samples);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_chain_of_directories_that_bites_its_tail_ends(bool little, bool big)
    {
        var tiff = new RawTiff(little, big);
        Read(tiff.Build(RawPage.Grey(160, 120, Samples, next: 0))).Samples.ShouldMatch(Samples);
        Read(tiff.Build(RawPage.Grey(160, 120, Samples), RawPage.Grey(2, 1, [1, 2], next: 1))).Samples.ShouldMatch(Samples);
        Read(tiff.Build(RawPage.Grey(2, 1, [1, 2], next: 1).Long(254, 1), RawPage.Grey(2, 1, [3, 4], next: 0).Long(254, 1))).Samples.ShouldBe(new byte[] { 1, 2 });
    }

    [Fact]
    public void A_directory_outside_the_file_is_a_truncated_file()
    {
        foreach (var little in new[] { true, false })
            foreach (var big in new[] { true, false })
            {
                var whole = new RawTiff(little, big).Build(RawPage.Grey(2, 1, [1, 2]));
                // Only the link to no further directory may be missing.
                for (var length = 4; length < whole.Length - (big ? 8 : 4); length++)
                    Should.Throw<IRConStyleException>(() => Read(whole[..length])).Message.ShouldContain("truncated", customMessage: $"{length} bytes of {whole.Length}");
            }
    }

    [Fact]
    public void Random_directories_end_in_an_image_or_a_clear_error_within_bounded_memory()
    {
        var random = new Random(11);
        foreach (var (little, big) in new[] { (true, false), (false, false), (true, true), (false, true) })
        {
            var whole = new RawTiff(little, big).Build(RawPage.Grey(16, 12, Samples[..192], next: 1).Bytes(34675, TestImages.Profile("GRAY", 100)), RawPage.Grey(2, 1, [1, 2]));
            for (var i = 0; i < 2_000; i++)
            {
                var damaged = (byte[])whole.Clone();
                for (var flips = random.Next(1, 5); flips > 0; flips--)
                    damaged[random.Next(damaged.Length)] = (byte)(random.Next(4) == 0 ? 0xFF : random.Next(256));
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    Read(damaged, maxMegapixels: 1).Samples.ShouldNotBeEmpty();
                }
                catch (IRConStyleException error)
                {
                    error.Message.ShouldContain("a.tif");
                }

                (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100_000_000);
            }
        }
    }

    private static RawPage Page(long width = 160, long height = 120) => RawPage.Grey(160, 120, Samples).Long(256, width).Long(257, height);

    private static RawPage Tiles(long width, long height)
    {
        var page = Page().Long(322, width).Long(323, height);
        page.Fields.Remove(278);
        return page;
    }

    private void Fails(byte[] content, string problem)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Should.Throw<IRConStyleException>(() => Read(content));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(5_000_000, error.Message);
        error.Message.ShouldContain(problem);
        error.Message.ShouldContain("a.tif");
        error.Remedy.ShouldNotBeNullOrEmpty();
    }

    private RasterImage Read(byte[] content, double maxMegapixels = 300)
    {
        File.WriteAllBytes(_directory.File("a.tif"), content);
        return new ImageCodec(Microsoft.Extensions.Options.Options.Create(new ImagingOptions { MaxMegapixels = maxMegapixels })).Read(_directory.File("a.tif"));
    }
}

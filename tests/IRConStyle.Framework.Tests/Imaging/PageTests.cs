using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class PageTests : IDisposable
{
    private static readonly ImageCodec Codec = new();

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Of_a_tiff_the_first_page_of_full_resolution_is_read()
    {
        RawPage Page(byte value, int kind) => RawPage.Grey(2, 1, [value, value]).Long(254, kind);
        var read = Read("a.tif", new RawTiff().Build(Page(1, 1), Page(2, 0), Page(3, 4), Page(4, 2), Page(5, 1), Page(6, 0)));
        read.Samples.ShouldBe(new byte[] { 2, 2 });
        read.Notes.ShouldBe(["first of 3 pages"]);
        Read("a.tif", new RawTiff().Build(Page(7, 0), Page(8, 1))).Notes.ShouldBeEmpty();
        Read("a.tif", new RawTiff().Build(RawPage.Grey(2, 1, [1, 1]).Short(255, 2), RawPage.Grey(2, 1, [9, 9]).Short(255, 1))).Samples.ShouldBe(new byte[] { 9, 9 });
    }

    [Fact]
    public void Pages_behind_a_broken_link_cost_neither_image_nor_time()
    {
        var tiff = new RawTiff().Build(RawPage.Grey(2, 1, [1, 2]), RawPage.Grey(2, 1, [3, 4]));
        // The last link leads out of the file.
        tiff.AsSpan(tiff.Length - 4).Fill(0xF0);
        Read("a.tif", tiff).Notes.ShouldBe(["first of 2 pages"]);
    }

    [Fact]
    public void Of_an_animated_gif_the_first_frame_is_read()
    {
        var one = Read("a.gif", Gif(1));
        one.Notes.ShouldBeEmpty();
        (one.Width, one.Height, one.Channels, one.SourceFormat).ShouldBe((2, 2, 3, "GIF"));
        one.Samples.ShouldBe(new byte[] { 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255 });
        var three = Read("a.gif", Gif(3));
        three.Samples.ShouldMatch(one.Samples);
        three.Notes.ShouldBe(["first of 3 frames"]);
        Codec.ReadSize(_directory.File("a.gif")).ShouldBe((2, 2));
        // The trailer says nothing that the picture needs.
        Read("a.gif", Gif(1)[..^1]).Samples.ShouldMatch(one.Samples);
    }

    [Fact]
    public void Of_an_animated_webp_the_first_frame_is_read()
    {
        var frames = new[] { 1, 2, 3 }.Select(seed => TestImages.Random(seed, 20, 10)).ToArray();
        var read = Read("a.webp", Webp(frames));
        read.Samples.ShouldMatch(frames[0].Samples);
        read.Notes.ShouldBe(["first of 3 frames"]);
    }

    [Fact]
    public void Of_an_animated_png_the_still_image_is_read()
    {
        var png = TestImages.Png(2, 1, 8, 0, [0, 7, 9], false, ("acTL", [0, 0, 0, 3, 0, 0, 0, 0]));
        var read = Read("a.png", png);
        read.Samples.ShouldBe(new byte[] { 7, 9 });
        read.Notes.ShouldBe(["the still image of an animation of 3 frames"]);
    }

    [Fact]
    public void A_png_without_end_is_decoded_with_a_note_as_long_as_no_pixel_is_missing()
    {
        var whole = TestImages.Png(20, 20, 8, 2, new byte[20 * 61]);
        Read("a.png", whole).Notes.ShouldBeEmpty();
        for (var missing = 1; missing <= 12; missing++)
            Read("a.png", whole[..^missing]).Notes.ShouldHaveSingleItem().ShouldContain("end mark is missing");
        for (var missing = 13; missing < 24; missing++)
            Should.Throw<Abstractions.IRConStyleException>(() => Read("a.png", whole[..^missing])).Message.ShouldContain("truncated");
    }

    private static byte[] Gif(int frames)
    {
        // Four colours; each pixel's code follows a clear code, so that no table has to be kept: 4 clears, 5 ends, 3 bits each.
        byte[] head = [.. "GIF89a"u8, 2, 0, 2, 0, 0x91, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
        int[] codes = [4, 0, 4, 1, 4, 2, 4, 3, 5];
        var bits = codes.Select((code, i) => (ulong)code << (3 * i)).Aggregate((all, code) => all | code);
        byte[] frame = [0x21, 0xF9, 4, 0, 10, 0, 0, 0, 0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 4, .. BitConverter.GetBytes((uint)bits), 0];
        return [.. head, .. Enumerable.Repeat(frame, frames).SelectMany(bytes => bytes), 0x3B];
    }

    private byte[] Webp(RasterImage[] frames)
    {
        byte[] Chunk(string name, byte[] data) => [.. System.Text.Encoding.ASCII.GetBytes(name), .. BitConverter.GetBytes(data.Length), .. data, .. new byte[data.Length % 2]];
        byte[] Size(int value) => BitConverter.GetBytes(value - 1)[..3];
        byte[] size = [.. Size(frames[0].Width), .. Size(frames[0].Height)];
        byte[] body = [.. Chunk("VP8X", [2, 0, 0, 0, .. size]), .. Chunk("ANIM", new byte[6])];
        foreach (var frame in frames)
        {
            Codec.Write(_directory.File("frame.webp"), frame);
            body = [.. body, .. Chunk("ANMF", [0, 0, 0, 0, 0, 0, .. size, 100, 0, 0, 2, .. File.ReadAllBytes(_directory.File("frame.webp"))[12..]])];
        }

        return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Length + 4), .. "WEBP"u8, .. body];
    }

    private RasterImage Read(string name, byte[] content)
    {
        File.WriteAllBytes(_directory.File(name), content);
        return Codec.Read(_directory.File(name));
    }
}

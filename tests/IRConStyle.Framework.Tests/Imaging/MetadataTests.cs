using System.Buffers.Binary;
using System.Text;
using BitMiracle.LibTiff.Classic;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class MetadataTests : IDisposable
{
    private const TiffTag Gps = (TiffTag)34853, DateTaken = (TiffTag)36867, WidthTag = (TiffTag)40962, HeightTag = (TiffTag)40963, Latitude = (TiffTag)2, MakerNote = (TiffTag)37500;

    private static readonly ImageCodec Codec = new();
    private static readonly byte[] Xmp = Encoding.UTF8.GetBytes("""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6" dc:title="Hü"/></x:xmpmeta>""");
    private static readonly byte[] Iptc = [0x1C, 2, 25, 0, 1, (byte)'k'];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, string, bool> Ways()
    {
        var ways = new TheoryData<string, string, bool>();
        string[] formats = [".jpg", ".png", ".tif", ".webp"];
        foreach (var from in formats)
            foreach (var to in formats)
                foreach (var little in new[] { true, false })
                    ways.Add(from, to, little);
        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void What_a_file_says_survives_in_every_format_that_can_hold_it(string from, string to, bool littleEndian)
    {
        var original = new ImageMetadata
        {
            IccProfile = TestImages.Profile("RGB "), Exif = Exif(littleEndian, orientation: 1), Xmp = Xmp, Iptc = Iptc, Resolution = new ImageResolution(300, 200, ResolutionUnit.Inch),
        };
        var image = TestImages.Smooth(40, 30);
        var notes = Codec.Write(_directory.File("a" + from), new RasterImage(40, 30, 3, 8, image.Samples) { Metadata = original });
        var first = Codec.Read(_directory.File("a" + from));
        var more = Codec.Write(_directory.File("b" + to), first);
        var read = Codec.Read(_directory.File("b" + to)).Metadata;

        var losesIptc = from == ".webp" || to == ".webp";
        read.IccProfile.ShouldMatch(original.IccProfile);
        read.Xmp.ShouldMatch(XmpPacket.Upright(Xmp));
        read.Iptc.ShouldMatch(losesIptc ? null : Iptc);
        read.Resolution!.Value.X.ShouldBe(300, 0.01);
        read.Resolution.Value.Y.ShouldBe(200, 0.01);
        read.Resolution.Value.Unit.ShouldBe(ResolutionUnit.Inch);
        ShouldTell(read.Exif!);
        string[] said = [.. notes, .. more];
        said.Where(note => note.Contains("IPTC", StringComparison.Ordinal)).Count().ShouldBe(losesIptc ? 1 : 0);
        said.Length.ShouldBe(losesIptc ? 1 : 0, string.Join("; ", said));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_turned_image_says_that_it_is_upright(bool littleEndian)
    {
        // Upright pixels are written as upright, whatever they come with.
        var exif = Exif(littleEndian, orientation: 6, thumbnail: true);
        var image = new RasterImage(40, 30, 3, 8, TestImages.Smooth(40, 30).Samples)
        {
            Metadata = new ImageMetadata { Exif = exif, Xmp = Xmp, Resolution = new ImageResolution(300, 200, ResolutionUnit.Centimetre) },
        };
        Codec.Write(_directory.File("upright.jpg"), image);
        Codec.Read(_directory.File("upright.jpg")).Width.ShouldBe(40);

        Codec.Write(_directory.File("plain.jpg"), new RasterImage(40, 30, 3, 8, image.Samples) { Metadata = image.Metadata with { Exif = null, Xmp = null } });
        var jpeg = File.ReadAllBytes(_directory.File("plain.jpg"));
        File.WriteAllBytes(_directory.File("turned.jpg"), TestImages.WithSegment(TestImages.WithExif(jpeg, exif), 0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Xmp]));
        var read = Codec.Read(_directory.File("turned.jpg"));
        (read.Width, read.Height).ShouldBe((30, 40));
        read.Metadata.Resolution.ShouldBe(new ImageResolution(200, 300, ResolutionUnit.Centimetre));
        Encoding.UTF8.GetString(read.Metadata.Xmp!).ShouldContain("tiff:Orientation=\"1\"");
        ExifBlock.OrientationOf(read.Metadata.Exif).ShouldBe(1);
        var file = TiffMetadata.OpenExif(read.Metadata.Exif!)!;
        var inner = file.DirectoryAt((ulong)file.Page.TryInt(TiffTag.EXIFIFD)!.Value)!;
        (inner.TryInt(WidthTag), inner.TryInt(HeightTag)).ShouldBe((30L, 40L));
        file.PageCount.ShouldBe(1, "the thumbnail shows what was read");

        // Once more it is not turned again, from any format.
        foreach (var extension in new[] { ".jpg", ".png", ".tif", ".webp" })
        {
            Codec.Write(_directory.File("a" + extension), read);
            var again = Codec.Read(_directory.File("a" + extension));
            (again.Width, again.Height).ShouldBe((30, 40), extension);
            Codec.ReadSize(_directory.File("a" + extension)).ShouldBe((30, 40), extension);
        }
    }

    [Fact]
    public void What_a_format_cannot_hold_is_said()
    {
        var image = TestImages.Random(1, 8, 8, 3, 16, alpha: true);
        Codec.Write(_directory.File("a.png"), image).ShouldBeEmpty();
        Codec.Write(_directory.File("a.tif"), image).ShouldBeEmpty();
        Codec.Write(_directory.File("a.webp"), image).ShouldHaveSingleItem().ShouldContain("rounded to 8 bits");
        var jpeg = Codec.Write(_directory.File("a.jpg"), image);
        jpeg.Count.ShouldBe(2);
        jpeg[0].ShouldContain("rounded to 8 bits");
        jpeg[1].ShouldContain("alpha was left out");
        Codec.Write(_directory.File("b.webp"), TestImages.Random(1, 8, 8, 1, profile: TestImages.Profile("GRAY"))).ShouldHaveSingleItem().ShouldContain("profile of grey");

        var large = new RasterImage(8, 8, 3) { Metadata = new ImageMetadata { Exif = [.. TestImages.Exif(1), .. new byte[70_000]], Xmp = new byte[70_000] } };
        Codec.Write(_directory.File("large.jpg"), large).ShouldBe(["its EXIF of 70026 bytes was left out, for which JPEG has no place", "its XMP of 70000 bytes was left out, for which JPEG has no place"]);
        foreach (var extension in new[] { ".png", ".webp", ".tif" })
        {
            Codec.Write(_directory.File("large" + extension), large).ShouldBeEmpty();
            Codec.Read(_directory.File("large" + extension)).Metadata.Xmp.ShouldMatch(large.Metadata.Xmp);
        }
    }

    [Fact]
    public void A_pngs_colour_and_text_stay_in_png_and_are_missed_elsewhere()
    {
        (string Name, byte[] Data)[] chunks = [("gAMA", [0, 0, 0xB1, 0x8F]), ("cHRM", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]), ("cICP", [9, 16, 0, 1]), ("tEXt", [.. "Author\0me"u8])];
        File.WriteAllBytes(_directory.File("a.png"), TestImages.Png(2, 1, 8, 2, [0, 1, 2, 3, 4, 5, 6], false, chunks));
        var read = Codec.Read(_directory.File("a.png"));
        Codec.Write(_directory.File("b.png"), read).ShouldBeEmpty();
        var again = Codec.Read(_directory.File("b.png")).Metadata.PngChunks;
        again.Select(chunk => chunk.Name).ShouldBe(chunks.Select(chunk => chunk.Name));
        for (var i = 0; i < chunks.Length; i++)
            again[i].Data.ShouldMatch(chunks[i].Data);
        foreach (var extension in new[] { ".jpg", ".webp", ".tif" })
        {
            var notes = Codec.Write(_directory.File("b" + extension), read);
            notes.Count.ShouldBe(2);
            notes[0].ShouldContain("colour chunks (gAMA, cHRM, cICP)");
            notes[1].ShouldContain("text");
        }

        // What is sRGB anyway is missed by nobody.
        File.WriteAllBytes(_directory.File("s.png"), TestImages.Png(1, 1, 8, 0, [0, 1], false, ("sRGB", [0]), ("gAMA", [0, 0, 0xB1, 0x8F])));
        Codec.Write(_directory.File("s.jpg"), Codec.Read(_directory.File("s.png"))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(ResolutionUnit.Inch, 300, 300)]
    [InlineData(ResolutionUnit.Centimetre, 100, 50)]
    [InlineData(ResolutionUnit.None, 300, 300)]
    public void Resolution_keeps_its_meaning(ResolutionUnit unit, double x, double y)
    {
        var image = new RasterImage(4, 4, 3) { Metadata = new ImageMetadata { Resolution = new ImageResolution(x, y, unit) } };
        foreach (var extension in new[] { ".jpg", ".png", ".tif", ".webp" })
        {
            Codec.Write(_directory.File("a" + extension), image).ShouldBeEmpty();
            var read = Codec.Read(_directory.File("a" + extension)).Metadata.Resolution!.Value;
            (read.Unit == ResolutionUnit.None).ShouldBe(unit == ResolutionUnit.None, extension);
            read.In(unit).X.ShouldBe(x, 0.02, extension);
            read.In(unit).Y.ShouldBe(y, 0.02, extension);
        }
    }

    [Fact]
    public void A_bitmap_tells_its_resolution()
    {
        byte[] bytes = [.. "BM"u8, .. BitConverter.GetBytes(54 + 48), 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, .. BitConverter.GetBytes(5),
            .. BitConverter.GetBytes(3), 1, 0, 24, 0, .. new byte[8], .. BitConverter.GetBytes(11811), .. BitConverter.GetBytes(5906), .. new byte[8], .. new byte[48]];
        File.WriteAllBytes(_directory.File("a.bmp"), bytes);
        var read = Codec.Read(_directory.File("a.bmp")).Metadata.Resolution!.Value.In(ResolutionUnit.Inch);
        read.X.ShouldBe(300, 0.01);
        read.Y.ShouldBe(150, 0.02);
    }

    [Fact]
    public void Damaged_metadata_never_costs_the_image()
    {
        var random = new Random(6);
        var intact = Exif(littleEndian: false, orientation: 3, thumbnail: true);
        for (var i = 0; i < 300; i++)
        {
            var exif = (byte[])intact.Clone();
            for (var flips = random.Next(1, 8); flips > 0; flips--)
                exif[random.Next(2, exif.Length)] = (byte)random.Next(256);
            if (i % 10 == 0)
                exif = exif[..random.Next(exif.Length)];
            var image = new RasterImage(4, 3, 3) { Metadata = new ImageMetadata { Exif = exif, Xmp = exif, Iptc = exif } };
            foreach (var extension in new[] { ".jpg", ".png", ".tif", ".webp" })
            {
                Codec.Write(_directory.File("a" + extension), image);
                Codec.Read(_directory.File("a" + extension)).Samples.Length.ShouldBe(36);
            }
        }
    }

    private static void ShouldTell(byte[] exif)
    {
        var file = TiffMetadata.OpenExif(exif)!;
        Encoding.ASCII.GetString(file.Page.TryBytes(TiffTag.MAKE)!).ShouldBe("Maker\0");
        var inner = file.DirectoryAt((ulong)file.Page.TryInt(TiffTag.EXIFIFD)!.Value)!;
        Encoding.ASCII.GetString(inner.TryBytes(DateTaken)!).ShouldBe("2020:01:02 03:04:05\0");
        inner.TryBytes(MakerNote).ShouldMatch([1, 2, 3, 4, 5, 6, 7]);
        (inner.TryInt(WidthTag), inner.TryInt(HeightTag)).ShouldBe((40L, 30L));
        var gps = file.DirectoryAt((ulong)file.Page.TryInt(Gps)!.Value)!;
        gps.Reals(Latitude, 3).ShouldBe([48, 6, 0.25]);
    }

    private static byte[] Exif(bool littleEndian, int orientation, bool thumbnail = false)
    {
        var entries = new TiffEntries(littleEndian);
        TiffEntry Text(TiffTag tag, string text) => new(tag, TiffType.ASCII, Encoding.ASCII.GetBytes(text + "\0"));
        List<TiffEntry> fields =
        [
            Text(TiffTag.MAKE, "Maker"),
            entries.Of(TiffTag.ORIENTATION, TiffType.SHORT, orientation),
            new(TiffTag.EXIFIFD, TiffType.LONG, [], [
                Text(DateTaken, "2020:01:02 03:04:05"), new(MakerNote, TiffType.UNDEFINED, [1, 2, 3, 4, 5, 6, 7]),
                entries.Of(WidthTag, TiffType.SHORT, 40), entries.Of(HeightTag, TiffType.LONG, 30)]),
            new(Gps, TiffType.LONG, [], [entries.Of(Latitude, TiffType.RATIONAL, 48, 1, 6, 1, 1, 4)]),
        ];
        var directory = entries.Write(fields, 8);
        byte[] exif = [.. littleEndian ? "II"u8 : "MM"u8, .. entries.Number(42, 2), .. entries.Number(8, 4), .. directory];
        if (!thumbnail)
            return exif;
        // The link behind the entries leads to a directory that tells a thumbnail.
        var place = (exif.Length + 1) / 2 * 2;
        entries.Number((uint)place, 4).CopyTo(exif, 8 + 2 + 12 * fields.Count);
        return [.. exif, .. new byte[place - exif.Length], .. entries.Write([entries.Of(TiffTag.COMPRESSION, TiffType.SHORT, 6)], (uint)place)];
    }
}

using System.IO.Compression;
using System.Text;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class OrientationCarrierTests : IDisposable
{
    private static readonly ImageCodec Codec = new();
    private static readonly byte[] Rows = [0, .. "ABC"u8, 0, .. "DEF"u8];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, string> Profiles => new()
    {
        { "tEXt", "exif" }, { "zTXt", "exif" }, { "iTXt", "exif" }, { "iTXt compressed", "exif" }, { "tEXt", "APP1" }, { "zTXt", "APP1" },
    };

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Exif_in_a_text_chunk_of_a_png_turns_it(string chunk, string kind)
    {
        foreach (var mark in new byte[][] { [.. "Exif\0\0"u8], [] })
            foreach (var little in new[] { false, true })
                Shown(Png(Text(chunk, $"Raw profile type {kind}", RawProfile(kind, [.. mark, .. TestImages.Exif(6, little)])))).ShouldBe("DA/EB/FC");
    }

    [Fact]
    public void A_chunk_made_for_exif_goes_before_text()
        => Shown(Png(("eXIf", TestImages.Exif(3)), Text("tEXt", "Raw profile type exif", RawProfile("exif", TestImages.Exif(6))))).ShouldBe("FED/CBA");

    [Theory]
    [InlineData("")]
    [InlineData("\nexif\n")]
    [InlineData("\nexif\n      26\n4d4d")]
    [InlineData("\nexif\n      99999999\n4d4d002a")]
    [InlineData("\nexif\n      -4\n4d4d002a")]
    [InlineData("\nexif\n      4\nxyxyxyxy")]
    public void Text_that_is_no_profile_is_passed_over(string text)
        => Shown(Png(Text("tEXt", "Raw profile type exif", Encoding.ASCII.GetBytes(text)))).ShouldBe("ABC/DEF");

    [Fact]
    public void Text_that_inflates_beyond_measure_is_passed_over()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Shown(Png(Text("zTXt", "Raw profile type exif", new byte[40 << 20]))).ShouldBe("ABC/DEF");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(300L << 20);
    }

    [Theory]
    [InlineData("""<rdf:Description tiff:Orientation="6"/>""")]
    [InlineData("""<rdf:Description tiff:Orientation = '6'/>""")]
    [InlineData("<tiff:Orientation>6</tiff:Orientation>")]
    public void Xmp_turns_what_has_no_exif(string xmp)
    {
        var packet = Encoding.UTF8.GetBytes($"<x:xmpmeta>{xmp}</x:xmpmeta>");
        Shown(Png(Text("iTXt", "XML:com.adobe.xmp", packet))).ShouldBe("DA/EB/FC");
        Shown(Png(Text("iTXt", "XML:com.adobe.xmp", packet), ("eXIf", TestImages.Exif(1)))).ShouldBe("ABC/DEF");
        Shown(Png(Text("tEXt", "Raw profile type xmp", RawProfile("xmp", packet)))).ShouldBe("DA/EB/FC");
        Shown(Png(Text("tEXt", "Raw profile type APP1", RawProfile("generic profile", [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. packet])))).ShouldBe("DA/EB/FC");

        Shown(("a.tif", new RawTiff().Build(RawPage.Grey(3, 2, "ABCDEF"u8.ToArray()).Bytes(700, packet)))).ShouldBe("DA/EB/FC");
        Shown(("a.tif", new RawTiff().Build(RawPage.Grey(3, 2, "ABCDEF"u8.ToArray()).Bytes(700, packet).Short(274, 3)))).ShouldBe("FED/CBA");

        Codec.Write(_directory.File("plain.jpg"), TestImages.Smooth(30, 20));
        var jpeg = File.ReadAllBytes(_directory.File("plain.jpg"));
        byte[] segment = [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. packet];
        ShouldBeTurned("a.jpg", [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(segment.Length + 2), .. segment, .. jpeg[2..]]);
    }

    [Theory]
    [InlineData("EXIF", false)]
    [InlineData("EXIF", true)]
    [InlineData("XMP ", false)]
    public void A_webp_is_turned(string chunk, bool marked)
    {
        Codec.Write(_directory.File("plain.webp"), TestImages.Smooth(30, 20));
        var bytes = File.ReadAllBytes(_directory.File("plain.webp"));
        byte[] data = chunk == "EXIF" ? [.. marked ? "Exif\0\0"u8 : [], .. TestImages.Exif(6)] : [.. """<x tiff:Orientation="6"/>"""u8];
        byte[] extended = [.. "RIFF\0\0\0\0WEBPVP8X"u8, 10, 0, 0, 0, (byte)(chunk == "EXIF" ? 8 : 4), 0, 0, 0, 29, 0, 0, 19, 0, 0, .. bytes[12..],
            .. Encoding.ASCII.GetBytes(chunk), .. BitConverter.GetBytes(data.Length), .. data, .. new byte[data.Length % 2]];
        BitConverter.GetBytes(extended.Length - 8).CopyTo(extended, 4);
        ShouldBeTurned("a.webp", extended);
    }

    private void ShouldBeTurned(string name, byte[] content)
    {
        File.WriteAllBytes(_directory.File(name), content);
        var image = Codec.Read(_directory.File(name));
        (image.Width, image.Height).ShouldBe((20, 30));
        Codec.ReadSize(_directory.File(name)).ShouldBe((20, 30));
    }

    private static (string, byte[]) Png(params (string, byte[])[] chunks) => ("a.png", TestImages.Png(3, 2, 8, 0, Rows, false, chunks));

    private string Shown((string Name, byte[] Content) file)
    {
        File.WriteAllBytes(_directory.File(file.Name), file.Content);
        var image = Codec.Read(_directory.File(file.Name));
        Codec.ReadSize(_directory.File(file.Name)).ShouldBe((image.Width, image.Height));
        return string.Join('/', image.Samples.Chunk(image.Width).Select(row => Encoding.ASCII.GetString(row)));
    }

    private static (string Name, byte[] Data) Text(string chunk, string keyword, byte[] text)
    {
        byte[] key = [.. Encoding.ASCII.GetBytes(keyword), 0];
        return chunk switch
        {
            "tEXt" => (chunk, [.. key, .. text]),
            "zTXt" => (chunk, [.. key, 0, .. Deflated(text)]),
            "iTXt" => (chunk, [.. key, 0, 0, .. "en\0"u8, 0, .. text]),
            _ => ("iTXt", [.. key, 1, 0, 0, 0, .. Deflated(text)]),
        };
    }

    private static byte[] RawProfile(string kind, byte[] data)
        => Encoding.ASCII.GetBytes($"\n{kind.Replace(' ', '_')}\n{data.Length,8}\n{string.Join('\n', Convert.ToHexStringLower(data).Chunk(72).Select(line => new string(line)))}\n");

    private static byte[] Deflated(byte[] data)
    {
        using var target = new MemoryStream();
        using (var stream = new ZLibStream(target, CompressionLevel.Optimal))
            stream.Write(data);
        return target.ToArray();
    }
}

using System.IO.Compression;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class StreamTests
{
    private static readonly ImageCodec Codec = new();

    [Theory]
    [InlineData("PNG", ".png")]
    [InlineData("jpg", ".jpg")]
    [InlineData(".TIF", ".tif")]
    [InlineData("webp", ".webp")]
    public void A_stream_holds_what_a_file_would(string format, string extension)
    {
        using var directory = new TemporaryDirectory();
        var image = TestImages.Random(3, 21, 13);
        var file = directory.File("a" + extension);
        Codec.Write(file, image);
        using var stream = new MemoryStream();
        stream.WriteByte(7);
        Codec.Write(stream, format, image).ShouldBeEmpty();
        stream.ToArray()[1..].ShouldBe(File.ReadAllBytes(file));

        stream.Position = 1;
        Codec.ReadSize(stream).ShouldBe((21, 13));
        stream.Position.ShouldBe(1);
        Codec.Read(stream).Samples.ShouldBe(Codec.Read(file).Samples);
        stream.Position.ShouldBe(stream.Length);
    }

    [Fact]
    public void Streams_need_not_be_seekable()
    {
        var image = TestImages.Random(5, 40, 30);
        using var packed = new MemoryStream();
        using (var writer = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            Codec.Write(writer, "png", image);
        packed.Position = 0;
        using var reader = new GZipStream(packed, CompressionMode.Decompress);
        Codec.Read(reader).Samples.ShouldBe(image.Samples);
    }

    [Fact]
    public void Messages_name_the_source()
    {
        using var text = new MemoryStream("no image"u8.ToArray());
        Should.Throw<IRConStyleException>(() => Codec.Read(text, "upload 7")).Message.ShouldStartWith("upload 7 is not an image");
        Should.Throw<IRConStyleException>(() => Codec.Read(text, "upload 7")).Message.ShouldBe("upload 7 is empty (0 bytes).");
        Should.Throw<IRConStyleException>(() => Codec.ReadSize(new MemoryStream([1, 2, 3]))).Message.ShouldStartWith("The stream is not an image");
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("a.png"), "no image");
        using var file = File.OpenRead(directory.File("a.png"));
        Should.Throw<IRConStyleException>(() => Codec.Read(file)).Message.ShouldStartWith(directory.File("a.png"));
    }

    [Fact]
    public void What_cannot_be_written_leaves_the_stream_as_it_was()
    {
        using var stream = new MemoryStream();
        var image = new RasterImage(2, 70_000, channels: 1);
        Should.Throw<IRConStyleException>(() => Codec.Write(stream, "jpeg", image, name: "reply")).Message.ShouldStartWith("reply cannot be written");
        var unknown = Should.Throw<IRConStyleException>(() => Codec.Write(stream, "gif", image, name: "reply"));
        unknown.Message.ShouldBe("reply cannot be written: gif is no image format to write.");
        unknown.Remedy.ShouldNotBeNull().ShouldContain(".png");
        stream.Length.ShouldBe(0);
        Codec.WritableFormat("BMP").ShouldBeNull();
        Codec.WritableFormat("jpg").ShouldBe("JPEG");
    }
}

using System.Buffers.Binary;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using Microsoft.Extensions.Options;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class BadFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ImageCodec _codec = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_missing_file_is_named()
    {
        Fails(_directory.File("none.png"), "does not exist");
        Fails(_directory.File("no", "folder.png"), "does not exist");
    }

    [Fact]
    public void A_directory_is_named() => Fails(_directory.Path, "is a directory");

    [SkippableFact]
    public async Task A_pipe_is_named_and_not_waited_for()
    {
        Skip.IfNot(SpecialFiles.TryMakePipe(_directory.File("pipe.png")), "There are no pipes here.");
        await Task.Run(() => Fails(_directory.File("pipe.png"), "is a pipe, socket or device, not a regular file")).WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void An_empty_file_is_named() => Fails(Write("empty.png", []), "empty (0 bytes)");

    [Fact]
    public void A_text_named_png_is_not_an_image() => Fails(Write("text.png", "Hello, world, this is text."u8), "is not an image");

    [Fact]
    public void A_format_that_is_not_supported_is_recognised() => Fails(Write("a.png", "8BPS............"u8), "Photoshop file, which is not supported");

    [SkippableFact]
    public void A_file_without_permission_is_named()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "This user may read everything.");
        var path = Write("secret.png", [1]);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.None);
        Fails(path, "permission denied");
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("webp")]
    [InlineData("tif")]
    [InlineData("png")]
    public void The_content_decides_not_the_extension(string extension)
    {
        _codec.Write(_directory.File($"a.{extension}"), TestImages.Smooth(16, 16));
        File.Move(_directory.File($"a.{extension}"), _directory.File("b.bmp"));
        _codec.Read(_directory.File("b.bmp")).Width.ShouldBe(16);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("webp")]
    [InlineData("tif")]
    public void A_truncated_file_is_an_error_not_half_an_image(string extension)
    {
        _codec.Write(_directory.File($"a.{extension}"), TestImages.Random(1, 60, 50));
        var whole = File.ReadAllBytes(_directory.File($"a.{extension}"));
        foreach (var part in new[] { 0.02, 0.3, 0.5, 0.9 })
            Fails(Write($"cut.{extension}", whole.AsSpan(0, Math.Max(12, (int)(whole.Length * part)))), "");
        Fails(Write($"cut.{extension}", whole.AsSpan(0, whole.Length / 2)), "truncated");
    }

    [Fact]
    public void A_truncated_bmp_is_an_error()
    {
        var bitmap = Bitmap(8, 8);
        _codec.Read(Write("a.bmp", bitmap)).Samples.Take(3).ShouldBe(new byte[] { 3, 2, 1 });
        Fails(Write("b.bmp", bitmap.AsSpan(0, bitmap.Length - 40)), "truncated");
        Fails(Write("c.bmp", bitmap.AsSpan(0, 20)), "BMP");
    }

    [Fact]
    public void Absurd_dimensions_are_refused_before_memory_is_taken()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Fails(Write("a.png", TestImages.Png(60000, 60000, 8, 2, [0])), "60000×60000 pixels (3600 megapixels); the limit is 300");
        Fails(Write("a.bmp", Bitmap(8, 8, claimed: 40000)), "40000×40000");
        _codec.Write(_directory.File("a.jpg"), TestImages.Smooth(8, 8));
        var jpeg = File.ReadAllBytes(_directory.File("a.jpg"));
        var frame = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt32BigEndian(jpeg.AsSpan(frame + 5), 0xFDE8FDE8);
        Fails(Write("a.jpg", jpeg), "65000×65000");
        Fails(Write("c.png", TestImages.Png(1, 200_000_000, 8, 2, [0])), "no side may be longer than 16777216");
        // Within the limit, but more than the data could ever inflate to.
        Fails(Write("b.png", TestImages.Png(16000, 16000, 8, 2, [0])), "truncated");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(50_000_000);
    }

    [Fact]
    public void The_limit_is_an_option_with_bounds()
    {
        _codec.Write(_directory.File("a.png"), TestImages.Random(1, 100, 100));
        var strict = new ImageCodec(Options.Create(new ImagingOptions { MaxMegapixels = 0.005 }));
        Should.Throw<IRConStyleException>(() => strict.Read(_directory.File("a.png"))).Remedy.ShouldNotBeNull().ShouldContain("Imaging:MaxMegapixels");
        Should.Throw<System.ComponentModel.DataAnnotations.ValidationException>(() => new ImageCodec(Options.Create(new ImagingOptions { Quality = 0 })));
    }

    [Theory]
    [InlineData("a.bmp", ".bmp")]
    [InlineData("a.gif", ".gif")]
    [InlineData("a", "without an extension")]
    public void An_extension_that_cannot_be_written_is_named_with_those_that_can(string name, string problem)
    {
        var error = Should.Throw<IRConStyleException>(() => _codec.Write(_directory.File(name), TestImages.Random(1, 2, 2)));
        error.Message.ShouldContain(problem);
        error.Remedy.ShouldNotBeNull().ShouldContain(".png");
        Directory.GetFileSystemEntries(_directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named_and_nothing_is_left()
    {
        Directory.CreateDirectory(_directory.File("taken.png"));
        Should.Throw<IRConStyleException>(() => _codec.Write(_directory.File("taken.png"), TestImages.Random(1, 2, 2))).Message.ShouldContain("taken.png");
        Write("file", [1]);
        Should.Throw<IRConStyleException>(() => _codec.Write(_directory.File("file", "a.png"), TestImages.Random(1, 2, 2))).Message.ShouldContain("a.png");
        Directory.GetFileSystemEntries(_directory.Path).Length.ShouldBe(2);
    }

    [Fact]
    public void Sizes_a_format_cannot_hold_are_refused_and_the_old_file_stays()
    {
        _codec.Write(_directory.File("a.webp"), TestImages.Random(1, 5, 5));
        Should.Throw<IRConStyleException>(() => _codec.Write(_directory.File("a.webp"), new RasterImage(16384, 1, 3))).Message.ShouldContain("16383");
        _codec.Read(_directory.File("a.webp")).Width.ShouldBe(5);
        Directory.GetFileSystemEntries(_directory.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void Random_damage_never_gives_anything_but_an_image_or_a_clear_error()
    {
        var random = new Random(5);
        foreach (var extension in new[] { "png", "jpg", "webp", "tif" })
        {
            _codec.Write(_directory.File($"a.{extension}"), TestImages.Random(2, 24, 20, profile: TestImages.Profile("RGB ")));
            var whole = File.ReadAllBytes(_directory.File($"a.{extension}"));
            for (var i = 0; i < 150; i++)
            {
                var damaged = (byte[])whole.Clone();
                for (var flips = random.Next(1, 6); flips > 0; flips--)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                var path = Write($"b.{extension}", damaged);
                try
                {
                    new ImageCodec(Options.Create(new ImagingOptions { MaxMegapixels = 1 })).Read(path).Samples.ShouldNotBeEmpty();
                }
                catch (IRConStyleException error)
                {
                    error.Message.ShouldContain(path);
                }
            }
        }
    }

    private void Fails(string path, string problem)
    {
        var error = Should.Throw<IRConStyleException>(() => _codec.Read(path));
        error.Message.ShouldContain(path);
        error.Message.ShouldContain(problem);
        error.Remedy.ShouldNotBeNullOrEmpty();
    }

    private string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = _directory.File(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static byte[] Bitmap(int width, int height, int? claimed = null)
    {
        var content = new byte[54 + width * height * 3];
        "BM"u8.CopyTo(content);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(2), content.Length);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(18), claimed ?? width);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(22), -(claimed ?? height));
        content[26] = 1;
        content[28] = 24;
        for (var i = 54; i < content.Length; i++)
            content[i] = (byte)((i - 54) % 3 + 1);
        return content;
    }
}

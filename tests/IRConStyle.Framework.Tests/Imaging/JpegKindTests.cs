using System.Buffers.Binary;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

public sealed class JpegKindTests : IDisposable
{
    // 24×16 pixels of a gradient, coded by cjpeg with -progressive and with -restart 1B.
    private const string Progressive =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAQABgDASIAAhEBAxEB/8QAFwAAAwEAAAAAAAAAAAAAAAAAAAMEBf/EABUBAQEAAAAAAAAAAAAAAAAAAAEC/9oADAMBAAIQAxAAAAGhWXTQ0pCf/8QAGRAAAwEBAQAAAAAAAAAAAAAAAAECERIT/9oACAEBAAEFAvQdaNadkslH/8QAGBEAAgMAAAAAAAAAAAAAAAAAAAECEhP/2gAIAQMBAT8Bc6G5/8QAFhEAAwAAAAAAAAAAAAAAAAAAABET/9oACAECAQE/AYMmj//EABQQAQAAAAAAAAAAAAAAAAAAACD/2gAIAQEABj8CX//EABgQAAMBAQAAAAAAAAAAAAAAAAABERBx/9oACAEBAAE/Ie9GTlyx/9oADAMBAAIAAwAAABBgP//EABcRAQADAAAAAAAAAAAAAAAAAAABETH/2gAIAQMBAT8QwLy//8QAFxEBAQEBAAAAAAAAAAAAAAAAAQAhMf/aAAgBAgEBPxAG553/xAAYEAEBAQEBAAAAAAAAAAAAAAABAFEhMf/aAAgBAQABPxBKTdYpD7OzsZL/2Q==";
    private const string Restarts =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAQABgDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/90ABAAB/9oADAMBAAIRAxEAPwDQOpgj71VpbnzO9cut8xPWtG0nLkc1osCp6kyrex0P/9CGaDzO1FaVpEHAoq3huTQy+vtn/9k=";

    // 16×8 pixels of CMYK, without a profile.
    private const string Cmyk =
        "/9j/7gAOQWRvYmUAZAAAAAAC/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/9sAQwEDBAQFBAUJBQUJFA0LDRQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU/8AAFAgACAAQBAERAAIRAQMRAQQRAP/EABcAAAMBAAAAAAAAAAAAAAAAAAIGBwn/xAAiEAACAQMCBwAAAAAAAAAAAAABAgMABAUHEQYhQVFjcdH/xAAWAQEBAQAAAAAAAAAAAAAAAAAGAAX/xAAdEQAABgMBAAAAAAAAAAAAAAAAAQIDBBEFBhIk/9oADgQBAAIRAxEEAAA/AMxoLyZrhZEglbY9ENKYmcbilSjFM9V8irnWoyuCHY7dgad8Lx5PjFUG1ueXib5W6nbmCKugOka+6/dJBT6wTXEZULKfSmv/2Q==";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string> Codings => ["baseline", "progressive", "restarts", "grey"];

    [Theory]
    [MemberData(nameof(Codings))]
    public void A_complete_picture_without_end_mark_is_decoded_with_a_note(string coding)
    {
        var whole = Coded(coding);
        var expected = Read(whole);
        expected.Notes.ShouldBeEmpty();
        var read = Read(whole[..^2]);
        read.Samples.ShouldMatch(expected.Samples);
        read.Notes.ShouldHaveSingleItem().ShouldContain("end mark is missing");
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public void A_picture_that_lacks_pixels_is_truncated_wherever_it_ends(string coding)
    {
        var whole = Coded(coding);
        var scan = whole.AsSpan().IndexOf([(byte)0xFF, (byte)0xDA]);
        for (var length = whole.Length - 4; length > scan; length -= coding == "baseline" ? 7 : 1)
        {
            // A cut may fall behind the last bit that counts, and then nothing is missing.
            try
            {
                var read = Read(whole[..length]);
                read.Samples.ShouldMatch(Read(whole).Samples);
                (whole.Length - length).ShouldBeLessThan(6);
            }
            catch (IRConStyleException error)
            {
                error.Message.ShouldContain("truncated");
            }
        }
    }

    [Theory]
    [InlineData(0xC3, 8, "lossless coding")]
    [InlineData(0xC5, 8, "hierarchical coding")]
    [InlineData(0xCB, 8, "lossless arithmetic coding")]
    [InlineData(0xC1, 12, "samples of 12 bits")]
    public void Kinds_that_cannot_be_decoded_are_not_called_damaged(int frame, int precision, string kind)
    {
        var jpeg = Coded("baseline");
        var at = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        (jpeg[at + 1], jpeg[at + 4]) = ((byte)frame, (byte)precision);
        var error = Should.Throw<IRConStyleException>(() => Read(jpeg));
        error.Message.ShouldContain($"with {kind}, which is not supported");
        error.Message.ShouldNotContain("damaged");
        error.Remedy.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void Cmyk_goes_through_its_profile()
    {
        var plain = Convert.FromBase64String(Cmyk);
        var naive = Read(plain);
        naive.Notes.ShouldHaveSingleItem().ShouldContain("colours are approximate");

        // A made-up press on which the sheet is a light green whatever is printed, and black gets darker.
        var read = Read(TestImages.WithSegment(plain, 0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, .. Press(lightness: 80, a: -30, b: 20)]));
        read.Notes.ShouldHaveSingleItem().ShouldContain("sRGB through its profile");
        (read.Channels, read.IccProfile).ShouldBe((3, null));
        for (var i = 0; i < read.Samples.Length; i += 3)
        {
            // L* 80, a* -30, b* 20 in sRGB.
            Math.Abs(read.Samples[i] - 148).ShouldBeLessThan(6);
            Math.Abs(read.Samples[i + 1] - 214).ShouldBeLessThan(6);
            Math.Abs(read.Samples[i + 2] - 159).ShouldBeLessThan(6);
        }

        // A profile of other samples cannot be what the colours were made with.
        Read(TestImages.WithSegment(plain, 0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, .. TestImages.Profile("RGB ")]))
            .Notes.ShouldHaveSingleItem().ShouldContain("colours are approximate");
    }

    /// <summary>A CMYK profile whose table gives one colour.</summary>
    private static byte[] Press(double lightness, double a, double b)
    {
        var table = new byte[48 + 4 * 256 + 16 * 3 + 3 * 256];
        "mft1"u8.CopyTo(table);
        (table[8], table[9], table[10]) = (4, 3, 2);
        for (var i = 0; i < 3; i++)
            BinaryPrimitives.WriteInt32BigEndian(table.AsSpan(12 + 16 * i), 65536);
        for (var i = 0; i < 4 * 256; i++)
            table[48 + i] = (byte)i;
        for (var i = 0; i < 16; i++)
            (table[48 + 1024 + 3 * i], table[49 + 1024 + 3 * i], table[50 + 1024 + 3 * i]) = ((byte)(lightness * 2.55), (byte)(a + 128), (byte)(b + 128));
        for (var i = 0; i < 3 * 256; i++)
            table[48 + 1024 + 48 + i] = (byte)i;

        var profile = new byte[128 + 4 + 12 + table.Length];
        BinaryPrimitives.WriteInt32BigEndian(profile, profile.Length);
        profile[8] = 2;
        "prtrCMYKLab "u8.CopyTo(profile.AsSpan(12));
        "acsp"u8.CopyTo(profile.AsSpan(36));
        BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(68), 63190);
        BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(72), 65536);
        BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(76), 54061);
        profile[131] = 1;
        "A2B0"u8.CopyTo(profile.AsSpan(132));
        BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(136), 144);
        BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(140), table.Length);
        table.CopyTo(profile, 144);
        return profile;
    }

    private byte[] Coded(string coding)
    {
        if (coding is "progressive" or "restarts")
            return Convert.FromBase64String(coding == "progressive" ? Progressive : Restarts);
        new ImageCodec().Write(_directory.File("whole.jpg"), TestImages.Smooth(61, 47, coding == "grey" ? 1 : 3));
        return File.ReadAllBytes(_directory.File("whole.jpg"));
    }

    private RasterImage Read(byte[] content)
    {
        File.WriteAllBytes(_directory.File("a.jpg"), content);
        return new ImageCodec().Read(_directory.File("a.jpg"));
    }
}

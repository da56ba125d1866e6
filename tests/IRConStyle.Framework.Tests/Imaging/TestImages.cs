using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Tests.Imaging;

/// <summary>Images made up for tests.</summary>
internal static class TestImages
{
    public static RasterImage Random(int seed, int width, int height, int channels = 3, int bitDepth = 8, bool alpha = false, byte[]? profile = null)
    {
        var random = new Random(seed);
        var image = new RasterImage(width, height, channels, bitDepth, alpha: alpha ? new byte[width * height * bitDepth / 8] : null) { IccProfile = profile };
        random.NextBytes(image.Samples);
        random.NextBytes(image.Alpha ?? []);
        return image;
    }

    /// <summary>An image without hard edges, which lossy formats keep nearly as it is.</summary>
    public static RasterImage Smooth(int width, int height, int channels = 3, byte[]? profile = null)
    {
        var image = new RasterImage(width, height, channels) { IccProfile = profile };
        for (var i = 0; i < image.Samples.Length; i++)
            image.Samples[i] = (byte)(128 + 60 * Math.Sin(i / channels % width / 9.0) + 50 * Math.Cos(i / channels / width / 7.0 + i % channels));
        return image;
    }

    /// <summary>Bytes that pass for an ICC profile: only the colour space is looked at.</summary>
    public static byte[] Profile(string colourSpace, int length = 4000)
    {
        var profile = new byte[length];
        new Random(length).NextBytes(profile);
        Encoding.ASCII.GetBytes(colourSpace).CopyTo(profile, 16);
        return profile;
    }

    /// <summary>An EXIF block that says nothing but the orientation.</summary>
    public static byte[] Exif(int orientation, bool littleEndian = false) => littleEndian
        ? [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0]
        : [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    /// <summary>Puts an EXIF segment into a JPEG.</summary>
    public static byte[] WithExif(byte[] jpeg, byte[] exif)
        => WithSegment(jpeg, 0xE1, [.. "Exif\0\0"u8, .. exif]);

    /// <summary>Puts a segment into a JPEG.</summary>
    public static byte[] WithSegment(byte[] jpeg, byte marker, byte[] data)
        => [.. jpeg[..2], 0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data, .. jpeg[2..]];

    /// <summary>A PNG from its parts; rows are packed and begin with their filter.</summary>
    public static byte[] Png(int width, int height, int bitDepth, int colour, byte[] rows, bool interlaced = false, params (string Name, byte[] Data)[] extra)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)bitDepth, (byte)colour, interlaced ? (byte)1 : (byte)0);
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. extra.SelectMany(part => Chunk(part.Name, part.Data)), .. Chunk("IDAT", Deflated(rows)), .. Chunk("IEND", [])];
    }

    public static byte[] Chunk(string name, byte[] data)
    {
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(name).CopyTo(chunk, 4);
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Checksum(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
        }

        return ~crc;
    }

    private static byte[] Deflated(byte[] data)
    {
        using var target = new MemoryStream();
        using (var stream = new ZLibStream(target, CompressionLevel.Fastest))
            stream.Write(data);
        return target.ToArray();
    }

    /// <summary>Compares buffers; unlike Shouldly without listing thousands of numbers.</summary>
    public static void ShouldMatch(this byte[]? actual, byte[]? expected)
    {
        actual?.Length.ShouldBe(expected?.Length ?? -1);
        var first = expected is null ? 0 : actual.AsSpan().CommonPrefixLength(expected);
        first.ShouldBe(expected?.Length ?? 0, "the first difference is at this byte");
        (actual is null).ShouldBe(expected is null);
    }
}

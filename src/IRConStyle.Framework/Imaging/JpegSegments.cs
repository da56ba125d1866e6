namespace IRConStyle.Framework.Imaging;

/// <summary>The segments of a JPEG that stand before its pixels (ITU-T T.81, annex B), and what those of applications hold.</summary>
internal static class JpegSegments
{
    /// <summary>JFIF, EXIF and XMP, ICC profiles, Photoshop's resources.</summary>
    public const byte App0 = 0xE0, App1 = 0xE1, App2 = 0xE2, App13 = 0xED;

    private const byte StartOfScan = 0xDA, Fill = 0xFF;

    /// <summary>How a segment with Photoshop's resources begins.</summary>
    public static ReadOnlySpan<byte> PhotoshopMark => "Photoshop 3.0\0"u8;

    /// <summary>How a segment with a part of an ICC profile begins (ICC.1:2022, annex B.4).</summary>
    public static ReadOnlySpan<byte> ProfileMark => "ICC_PROFILE\0"u8;

    /// <summary>How a segment with EXIF begins.</summary>
    public static ReadOnlySpan<byte> ExifMark => "Exif\0\0"u8;

    /// <summary>How a segment with XMP begins.</summary>
    public static ReadOnlySpan<byte> XmpMark => "http://ns.adobe.com/xap/1.0/\0"u8;

    /// <summary>Lists the segments up to the first scan; what breaks off is left out.</summary>
    /// <param name="stream">The file from its beginning; seekable.</param>
    public static IEnumerable<(byte Marker, byte[] Data)> Read(Stream stream)
    {
        var head = new byte[4];
        for (stream.Position = 2; stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head[0] == Fill;)
        {
            var marker = head[1];
            if (marker == StartOfScan)
                yield break;
            if (marker == Fill)
            {
                stream.Position -= 3;
                continue;
            }

            var length = head[2] << 8 | head[3];
            if (length < 2 || length - 2 > stream.Length - stream.Position)
                yield break;
            var data = new byte[length - 2];
            stream.ReadExactly(data);
            yield return (marker, data);
        }
    }

    /// <summary>What the segments say beside the pixels.</summary>
    public static ImageMetadata Metadata(Stream stream)
    {
        var metadata = new ImageMetadata();
        var profile = new SortedDictionary<byte, byte[]>();
        foreach (var (marker, data) in Read(stream))
        {
            if (marker == App1 && metadata.Exif is null && TryExif(data, out var exif))
                metadata = metadata with { Exif = exif };
            else if (marker == App1 && metadata.Xmp is null && TryXmp(data, out var xmp))
                metadata = metadata with { Xmp = xmp };
            else if (marker == App2 && data.AsSpan().StartsWith(ProfileMark) && data.Length > ProfileMark.Length + 2)
                profile[data[ProfileMark.Length]] = data[(ProfileMark.Length + 2)..];
            else if (marker == App13 && data.AsSpan().StartsWith(PhotoshopMark))
                metadata = metadata with { Iptc = PhotoshopBlocks.Iptc(data) ?? metadata.Iptc };
        }

        return profile.Count == 0 ? metadata : metadata with { IccProfile = [.. profile.Values.SelectMany(part => part)] };
    }

    /// <summary>The EXIF block of a segment.</summary>
    public static bool TryExif(ReadOnlySpan<byte> data, out byte[] exif) => TryAfter(data, ExifMark, out exif);

    /// <summary>The XMP packet of a segment.</summary>
    public static bool TryXmp(ReadOnlySpan<byte> data, out byte[] xmp) => TryAfter(data, XmpMark, out xmp);

    private static bool TryAfter(ReadOnlySpan<byte> data, ReadOnlySpan<byte> mark, out byte[] rest)
    {
        var found = data.StartsWith(mark);
        rest = found ? data[mark.Length..].ToArray() : [];
        return found;
    }
}

using System.Buffers.Binary;

namespace IRConStyle.Framework.Imaging;

/// <summary>The segments of a JPEG that stand before its pixels (ITU-T T.81, annex B), and what those of applications hold.</summary>
internal static class JpegSegments
{
    /// <summary>JFIF, EXIF and XMP, ICC profiles, Photoshop's resources.</summary>
    public const byte App0 = 0xE0, App1 = 0xE1, App2 = 0xE2, App13 = 0xED;

    private const byte StartOfScan = 0xDA, Fill = 0xFF;
    private const int LongestSegment = ushort.MaxValue - 2, DensityEnd = 12;

    private static ReadOnlySpan<byte> JfifMark => "JFIF\0"u8;

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
            if (marker == App0 && data.AsSpan().StartsWith(JfifMark) && data.Length >= DensityEnd)
                metadata = metadata with { Resolution = Density(data) };
            else if (marker == App1 && metadata.Exif is null && TryExif(data, out var exif))
                metadata = metadata with { Exif = exif };
            else if (marker == App1 && metadata.Xmp is null && TryXmp(data, out var xmp))
                metadata = metadata with { Xmp = xmp };
            else if (marker == App2 && data.AsSpan().StartsWith(ProfileMark) && data.Length > ProfileMark.Length + 2)
                profile[data[ProfileMark.Length]] = data[(ProfileMark.Length + 2)..];
            else if (marker == App13 && data.AsSpan().StartsWith(PhotoshopMark))
                metadata = metadata with { Iptc = PhotoshopBlocks.Iptc(data) ?? metadata.Iptc };
        }

        return metadata with
        {
            IccProfile = profile.Count == 0 ? null : [.. profile.Values.SelectMany(part => part)],
            // JFIF's numbers are the file's own; cameras leave them at 1 to 1 and tell theirs in EXIF.
            Resolution = metadata.Resolution ?? (metadata.Exif is { } block && TiffMetadata.OpenExif(block) is { } file ? TiffMetadata.Resolution(file.Page) : null),
        };
    }

    /// <summary>Writes a file with metadata behind its JFIF segment, which is to be the first.</summary>
    /// <param name="target">Takes the file, and notes of what has no place in it.</param>
    /// <param name="content">The file without metadata.</param>
    /// <param name="metadata">What is to be said.</param>
    public static void Write(ImageTarget target, byte[] content, ImageMetadata metadata)
    {
        var position = content[3] == App0 ? 4 + BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(4)) : 2;
        var head = content[..position];
        if (metadata.Resolution is { } resolution && position >= 4 + DensityEnd)
            SetDensity(head.AsSpan(6), resolution);
        target.Output.Write(head);
        WriteSegment(target, "EXIF", App1, ExifMark, metadata.Exif);
        WriteSegment(target, "XMP", App1, XmpMark, metadata.Xmp);
        WriteSegment(target, "IPTC", App13, PhotoshopMark, metadata.Iptc is null ? null : PhotoshopBlocks.OfIptc(metadata.Iptc));
        WriteProfile(target, metadata.IccProfile);
        PngMetadata.NoteLoss(target, metadata);
        target.Output.Write(content.AsSpan(position));
    }

    /// <summary>The EXIF block of a segment.</summary>
    public static bool TryExif(ReadOnlySpan<byte> data, out byte[] exif) => TryAfter(data, ExifMark, out exif);

    /// <summary>The XMP packet of a segment.</summary>
    public static bool TryXmp(ReadOnlySpan<byte> data, out byte[] xmp) => TryAfter(data, XmpMark, out xmp);

    private static void WriteProfile(ImageTarget target, byte[]? profile)
    {
        var longest = LongestSegment - ProfileMark.Length - 2;
        var count = ((profile?.Length ?? 0) + longest - 1) / longest;
        if (count > byte.MaxValue)
        {
            target.Note($"its ICC profile of {profile!.Length} bytes was left out, for which JPEG has no place");
            return;
        }

        for (var number = 0; number < count; number++)
        {
            var part = profile.AsSpan(number * longest, Math.Min(longest, profile!.Length - number * longest));
            WriteSegment(target, "ICC", App2, ProfileMark, [(byte)(number + 1), (byte)count, .. part]);
        }
    }

    private static void WriteSegment(ImageTarget target, string kind, byte marker, ReadOnlySpan<byte> mark, byte[]? data)
    {
        if (data is null)
            return;
        var length = mark.Length + data.Length;
        if (length > LongestSegment)
        {
            target.Note($"its {kind} of {data.Length} bytes was left out, for which JPEG has no place");
            return;
        }

        target.Output.Write([Fill, marker, (byte)((length + 2) >> 8), (byte)(length + 2)]);
        target.Output.Write(mark);
        target.Output.Write(data);
    }

    // Mark, version, unit, and the two densities.
    private static ImageResolution? Density(ReadOnlySpan<byte> jfif) => ImageResolution.Of(
        BinaryPrimitives.ReadUInt16BigEndian(jfif[8..]), BinaryPrimitives.ReadUInt16BigEndian(jfif[10..]),
        jfif[7] switch { 1 => ResolutionUnit.Inch, 2 => ResolutionUnit.Centimetre, _ => ResolutionUnit.None });

    private static void SetDensity(Span<byte> jfif, ImageResolution resolution)
    {
        jfif[7] = resolution.Unit switch { ResolutionUnit.Inch => 1, ResolutionUnit.Centimetre => 2, _ => 0 };
        BinaryPrimitives.WriteUInt16BigEndian(jfif[8..], (ushort)Math.Clamp(Math.Round(resolution.X), 1, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16BigEndian(jfif[10..], (ushort)Math.Clamp(Math.Round(resolution.Y), 1, ushort.MaxValue));
    }

    private static bool TryAfter(ReadOnlySpan<byte> data, ReadOnlySpan<byte> mark, out byte[] rest)
    {
        var found = data.StartsWith(mark);
        rest = found ? data[mark.Length..].ToArray() : [];
        return found;
    }
}

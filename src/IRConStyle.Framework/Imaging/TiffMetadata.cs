using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>What a TIFF's directory says beside its pixels, as other formats say it, and back.</summary>
internal static class TiffMetadata
{
    private const TiffTag Xmp = TiffTag.XMLPACKET, Iptc = TiffTag.RICHTIFFIPTC, Icc = TiffTag.ICCPROFILE;
    private const byte IptcMark = 0x1C;
    private const int ExifHeader = 8, MostExif = 1 << 20;

    /// <summary>The orientation that a page tells, 1 to 8; upright where it tells none.</summary>
    public static int OrientationOf(TiffDirectory page)
        => page.TryInt(TiffTag.ORIENTATION) is >= 1 and <= 8 and var value ? (int)value : XmpPacket.OrientationOf(page.TryBytes(Xmp)) ?? Orientation.Upright;

    /// <summary>Reads a page's; only a damaged ICC profile, which the samples need to be understood, is an error.</summary>
    public static ImageMetadata Read(TiffFile file)
    {
        var page = file.Page;
        return new ImageMetadata
        {
            IccProfile = page.Bytes(Icc),
            Exif = Exif(file),
            Xmp = page.TryBytes(Xmp),
            Iptc = page.TryBytes(Iptc) is { } bytes ? Records(bytes) : PhotoshopBlocks.Iptc(page.TryBytes((TiffTag)34377)),
            Resolution = Resolution(page),
        };
    }

    /// <summary>The resolution that a directory tells; null where it tells none.</summary>
    public static ImageResolution? Resolution(TiffDirectory page)
        => page.TryReal(TiffTag.XRESOLUTION) is { } x && page.TryReal(TiffTag.YRESOLUTION) is { } y
            ? ImageResolution.Of(x, y, (page.TryInt(TiffTag.RESOLUTIONUNIT) ?? 2) switch { 2 => ResolutionUnit.Inch, 3 => ResolutionUnit.Centimetre, _ => ResolutionUnit.None })
            : null;

    /// <summary>The fields that carry metadata in a TIFF.</summary>
    /// <param name="metadata">The metadata; the ICC profile is not among the fields.</param>
    /// <param name="entries">Makes fields for the file they go into.</param>
    public static List<TiffEntry> Entries(ImageMetadata metadata, TiffEntries entries)
    {
        var fields = new List<TiffEntry>();
        if (metadata.Exif is { } exif && OpenExif(exif) is { } file)
            fields.AddRange(entries.Take(file, file.Page, tag => IsExif(tag) && !(metadata.Resolution is not null && IsResolution(tag))));
        if (metadata.Resolution is var (x, y, unit))
            fields.AddRange([
                entries.OfFractions(TiffTag.XRESOLUTION, x), entries.OfFractions(TiffTag.YRESOLUTION, y),
                entries.Of(TiffTag.RESOLUTIONUNIT, TiffType.SHORT, unit switch { ResolutionUnit.Inch => 2, ResolutionUnit.Centimetre => 3, _ => 1 })]);
        if (metadata.Xmp is { } xmp)
            fields.Add(new TiffEntry(Xmp, TiffType.BYTE, xmp));
        if (metadata.Iptc is { } iptc)
            fields.Add(new TiffEntry(Iptc, TiffType.UNDEFINED, iptc));
        return fields;
    }

    /// <summary>EXIF that tells the resolution: as it is where it tells one; where there is none, a block of its own.</summary>
    public static byte[]? WithResolution(ImageMetadata metadata)
    {
        if (metadata.Exif is { } exif && (OpenExif(exif) is not { } file || Resolution(file.Page) is not null))
            return exif;
        var known = metadata.Exif is null ? null : OpenExif(metadata.Exif);
        var entries = new TiffEntries(littleEndian: known?.IsLittleEndian ?? false);
        var fields = Entries(metadata with { Xmp = null, Iptc = null }, entries);
        return Block(known?.IsLittleEndian ?? false, entries, fields);
    }

    /// <summary>An EXIF block as the TIFF it is; null when it is none.</summary>
    public static TiffFile? OpenExif(byte[] exif)
    {
        try
        {
            return exif.AsSpan().StartsWith("II"u8) || exif.AsSpan().StartsWith("MM"u8)
                ? TiffFile.Open(new ImageSource("EXIF", exif, double.MaxValue, "TIFF"), new MemoryStream(exif, writable: false))
                : null;
        }
        catch (Abstractions.IRConStyleException)
        {
            // A damaged note says nothing, and must not cost the image.
            return null;
        }
    }

    private static byte[]? Exif(TiffFile file)
    {
        var entries = new TiffEntries(file.IsLittleEndian);
        var fields = entries.Take(file, file.Page, IsExif);
        if (fields.All(field => IsResolution(field.Tag)))
            return null;
        var exif = Block(file.IsLittleEndian, entries, fields);
        return exif.Length <= MostExif ? exif : null;
    }

    private static byte[] Block(bool littleEndian, TiffEntries entries, List<TiffEntry> fields)
        => [.. littleEndian ? "II"u8 : "MM"u8, .. entries.Number(42, 2), .. entries.Number(ExifHeader, 4), .. entries.Write(fields, ExifHeader)];

    // Everything but what describes how the pixels are stored or has a form of its own here.
    private static bool IsExif(TiffTag tag) => (int)tag switch
    {
        >= 254 and <= 266 or >= 273 and <= 281 or 284 or >= 288 and <= 293 or 297 or 300 or 301 => false,
        >= 317 and <= 347 or >= 512 and <= 532 or 559 => false,
        (int)Xmp or (int)Iptc or (int)Icc or 34377 or 37724 => false,
        >= 50706 and <= 51200 => false,
        _ => true,
    };

    private static bool IsResolution(TiffTag tag) => tag is TiffTag.XRESOLUTION or TiffTag.YRESOLUTION or TiffTag.RESOLUTIONUNIT;

    // Some writers took the bytes for numbers of four, and turned them round with the file's byte order.
    private static byte[] Records(byte[] bytes)
    {
        if (bytes.Length >= 4 && bytes[0] != IptcMark && bytes[3] == IptcMark)
            for (var at = 0; at + 4 <= bytes.Length; at += 4)
                bytes.AsSpan(at, 4).Reverse();
        return bytes;
    }
}

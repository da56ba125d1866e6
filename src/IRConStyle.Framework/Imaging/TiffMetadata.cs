using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>What a TIFF's directory says beside its pixels.</summary>
internal static class TiffMetadata
{
    /// <summary>Reads it; only a damaged ICC profile, which the samples need to be understood, is an error.</summary>
    public static ImageMetadata Read(TiffDirectory page)
    {
        var orientation = page.TryInt(TiffTag.ORIENTATION) is >= 1 and <= 8 and var value ? (int)value : (int?)null;
        return new ImageMetadata
        {
            IccProfile = page.Bytes(TiffTag.ICCPROFILE),
            Exif = orientation is { } told ? ExifBlock.OfOrientation(told) : null,
            Xmp = page.TryBytes(TiffTag.XMLPACKET),
        };
    }
}

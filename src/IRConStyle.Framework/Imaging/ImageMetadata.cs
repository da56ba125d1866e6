namespace IRConStyle.Framework.Imaging;

/// <summary>
/// What an image file says beside its pixels, as it stands in the file.
/// </summary>
public sealed record ImageMetadata
{
    /// <summary>An image that says nothing.</summary>
    public static ImageMetadata None { get; } = new();

    /// <summary>The ICC profile of the samples; null when there is none.</summary>
    public byte[]? IccProfile { get; init; }

    /// <summary>EXIF: a TIFF structure from its byte-order mark on (<c>II</c> or <c>MM</c>); null when there is none.</summary>
    public byte[]? Exif { get; init; }

    /// <summary>An XMP packet, UTF-8; null when there is none.</summary>
    public byte[]? Xmp { get; init; }

    /// <summary>IPTC-IIM records; null when there are none.</summary>
    public byte[]? Iptc { get; init; }

    /// <summary>The orientation of the stored pixels, 1 to 8: that of EXIF, or else of XMP; upright (1) when nothing tells it.</summary>
    internal int Orientation => ExifBlock.OrientationOf(Exif) ?? XmpPacket.OrientationOf(Xmp) ?? Imaging.Orientation.Upright;

    /// <summary>The same without an ICC profile that describes other samples, such as that of a CMYK original.</summary>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    internal ImageMetadata Fitting(int channels)
        => IccProfile is null || Imaging.IccProfile.Fitting(IccProfile, channels) is not null ? this : this with { IccProfile = null };
}

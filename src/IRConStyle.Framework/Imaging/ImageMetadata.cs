namespace IRConStyle.Framework.Imaging;

/// <summary>
/// What an image file says beside its pixels, in the forms that files share. The metadata of a <see cref="RasterImage"/> is
/// that of an upright image: where it tells an orientation, it tells 1.
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

    /// <summary>How densely the pixels are meant to lie; null when nothing tells.</summary>
    public ImageResolution? Resolution { get; init; }

    /// <summary>What only a PNG can hold: its colour chunks (gAMA, cHRM, sRGB, cICP, mDCV, cLLI) and its text, in their order.</summary>
    public IReadOnlyList<PngChunk> PngChunks { get; init; } = [];

    /// <summary>The orientation of the stored pixels, 1 to 8: that of EXIF, or else of XMP; upright (1) when nothing tells it.</summary>
    internal int Orientation => ExifBlock.OrientationOf(Exif) ?? XmpPacket.OrientationOf(Xmp) ?? Imaging.Orientation.Upright;

    /// <summary>The same without an ICC profile that describes other samples, such as that of a CMYK original.</summary>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    internal ImageMetadata Fitting(int channels)
        => IccProfile is null || Imaging.IccProfile.Fitting(IccProfile, channels) is not null ? this : this with { IccProfile = null };

    /// <summary>The same for pixels that have been turned.</summary>
    /// <param name="orientation">How they were stored, 1 to 8.</param>
    /// <param name="width">The upright image's width.</param>
    /// <param name="height">The upright image's height.</param>
    internal ImageMetadata Upright(int orientation, int width, int height) => this with
    {
        Exif = Exif is null ? null : ExifBlock.Upright(Exif, width, height),
        Xmp = Xmp is null ? null : XmpPacket.Upright(Xmp),
        Resolution = orientation is >= 5 and <= 8 && Resolution is var (x, y, unit) ? new ImageResolution(y, x, unit) : Resolution,
    };
}

/// <summary>How densely pixels are meant to lie.</summary>
/// <param name="X">Pixels in a unit across.</param>
/// <param name="Y">Pixels in a unit down.</param>
/// <param name="Unit">The unit.</param>
public readonly record struct ImageResolution(double X, double Y, ResolutionUnit Unit)
{
    private const double CentimetresPerInch = 2.54;

    /// <summary>The same in another unit; without a unit, only the ratio of the two numbers says something, and nothing is converted.</summary>
    internal ImageResolution In(ResolutionUnit unit) => (Unit, unit) switch
    {
        (ResolutionUnit.Inch, ResolutionUnit.Centimetre) => new ImageResolution(X / CentimetresPerInch, Y / CentimetresPerInch, unit),
        (ResolutionUnit.Centimetre, ResolutionUnit.Inch) => new ImageResolution(X * CentimetresPerInch, Y * CentimetresPerInch, unit),
        _ => this,
    };

    /// <summary>A resolution that says something: of two positive numbers, and not the 1 to 1 of files that know none.</summary>
    internal static ImageResolution? Of(double x, double y, ResolutionUnit unit)
        => x > 0 && y > 0 && double.IsFinite(x) && double.IsFinite(y) && !(unit == ResolutionUnit.None && x == y && x == 1) ? new ImageResolution(x, y, unit) : null;
}

/// <summary>The unit of a resolution.</summary>
public enum ResolutionUnit
{
    /// <summary>None is told.</summary>
    None,

    /// <summary>Pixels per inch.</summary>
    Inch,

    /// <summary>Pixels per centimetre.</summary>
    Centimetre,
}

/// <summary>A chunk of a PNG.</summary>
/// <param name="Name">Four letters.</param>
/// <param name="Data">Its content.</param>
public sealed record PngChunk(string Name, byte[] Data);

using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Framework.Imaging;

/// <summary>How image files are read and written.</summary>
public sealed class ImagingOptions
{
    /// <summary>The key of these options below <c>IRConStyle</c>.</summary>
    public const string SectionKey = "Imaging";

    /// <summary>
    /// The largest image to read, in millions of pixels: a header that claims more is refused before memory is taken.
    /// At most 350, where one image's samples reach the size limit of an array.
    /// </summary>
    [Range(0.001, 350.0)]
    public double MaxMegapixels { get; set; } = 300;

    /// <summary>Quality of written JPEG, and of WebP when not lossless: 1 (small) to 100 (best).</summary>
    [Range(1, 100)]
    public int Quality { get; set; } = 95;

    /// <summary>Whether WebP is written without loss.</summary>
    public bool LosslessWebp { get; set; } = true;

    /// <summary>How hard PNG is compressed: 0 (not at all), 1 (fast) to 9 (smallest).</summary>
    [Range(0, 9)]
    public int PngLevel { get; set; } = 6;

    /// <summary>Threads that compress one PNG; null for one per processor. The file is the same whatever their number.</summary>
    [Range(1, 256)]
    public int? Threads { get; set; }
}

/// <summary>Settings for one written file that differ from <see cref="ImagingOptions"/>.</summary>
/// <param name="Quality">1 to 100; null for the configured one.</param>
/// <param name="LosslessWebp">Null for the configured one.</param>
public sealed record ImageWriteOptions(int? Quality = null, bool? LosslessWebp = null);

using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Imaging;

/// <summary>Reads and writes image files. Safe to use from several threads at once.</summary>
public interface IImageCodec
{
    /// <summary>File extensions that can be read, lower case with the dot.</summary>
    IReadOnlySet<string> Extensions { get; }

    /// <summary>File extensions that can be written, lower case with the dot.</summary>
    IReadOnlySet<string> WritableExtensions { get; }

    /// <summary>Reads an image. The content decides the format, not the extension.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file's own sample values, upright: an EXIF or TIFF orientation is applied.</returns>
    /// <exception cref="IRConStyleException">
    /// The file is missing, a directory, unreadable, empty, no image, of an unsupported kind, damaged, truncated or too large.
    /// </exception>
    RasterImage Read(string path);

    /// <summary>Reads an image's size from its header, without decoding it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The size <see cref="Read"/> would give: that of the upright image.</returns>
    /// <exception cref="IRConStyleException">As for <see cref="Read"/>, as far as the header tells.</exception>
    (int Width, int Height) ReadSize(string path);

    /// <summary>Writes an image in the format of the path's extension, completely or not at all.</summary>
    /// <remarks>
    /// What each format keeps: PNG and TIFF 8 and 16 bits, grey and alpha; WebP 8 bits and alpha (grey becomes RGB; lossless
    /// coding may change the colour of fully transparent pixels); JPEG 8 bits and grey (alpha is dropped, the colour beneath
    /// it kept). All four keep EXIF, XMP and the ICC profile, all but WebP IPTC; PNG alone its colour chunks and text.
    /// </remarks>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="image">The image.</param>
    /// <param name="options">Settings for this file; null for the configured ones.</param>
    /// <returns>What the format could not hold, each the end of a sentence that begins with the file; usually nothing.</returns>
    /// <exception cref="IRConStyleException">The extension or size is not supported, or the place is not writable.</exception>
    IReadOnlyList<string> Write(string path, RasterImage image, ImageWriteOptions? options = null);
}

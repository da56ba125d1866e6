using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Imaging;

/// <summary>Reads and writes image files and streams. Safe to use from several threads at once.</summary>
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
    /// <returns>The size <see cref="Read(string)"/> would give: that of the upright image.</returns>
    /// <exception cref="IRConStyleException">As for <see cref="Read(string)"/>, as far as the header tells.</exception>
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

    /// <summary>Reads an image from a stream, from where it stands to its end. It stays open, and is read synchronously.</summary>
    /// <param name="stream">A file's content, smaller than 2 GB; need not be seekable.</param>
    /// <param name="name">What messages call it; without it a file stream's path, or "The stream".</param>
    /// <returns>As <see cref="Read(string)"/>.</returns>
    /// <exception cref="IRConStyleException">
    /// The stream is unreadable, empty, no image, of an unsupported kind, damaged, truncated or too large.
    /// </exception>
    RasterImage Read(Stream stream, string? name = null);

    /// <summary>Reads an image's size from its header. A seekable stream stands where it stood afterwards, another at its end.</summary>
    /// <param name="stream">A file's content from where it stands, smaller than 2 GB.</param>
    /// <param name="name">What messages call it; without it a file stream's path, or "The stream".</param>
    /// <returns>As <see cref="ReadSize(string)"/>.</returns>
    /// <exception cref="IRConStyleException">As for <see cref="Read(Stream, string?)"/>, as far as the header tells.</exception>
    (int Width, int Height) ReadSize(Stream stream, string? name = null);

    /// <summary>
    /// Writes an image to a stream, which gets nothing of an image that cannot be encoded. It stays open, and is written to synchronously.
    /// </summary>
    /// <remarks>What each format keeps is as with files.</remarks>
    /// <param name="stream">Takes at most 2 GB, from where it stands; need not be seekable.</param>
    /// <param name="format">A format's name or extension, with or without the dot; case is ignored: <c>PNG</c>, <c>.jpg</c>.</param>
    /// <param name="image">The image.</param>
    /// <param name="options">Settings for this image; null for the configured ones.</param>
    /// <param name="name">What messages call the stream; without it a file stream's path, or "The stream".</param>
    /// <returns>What the format could not hold, each the end of a sentence that begins with the image; usually nothing.</returns>
    /// <exception cref="IRConStyleException">The format or size is not supported, or the stream does not take it.</exception>
    IReadOnlyList<string> Write(Stream stream, string format, RasterImage image, ImageWriteOptions? options = null, string? name = null);

    /// <summary>The name of a format that can be written.</summary>
    /// <param name="format">A name or extension as in <see cref="Write(Stream, string, RasterImage, ImageWriteOptions?, string?)"/>; may be null.</param>
    /// <returns>The name, for example <c>PNG</c>; null when it cannot be written.</returns>
    string? WritableFormat(string? format);
}

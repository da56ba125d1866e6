using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Imaging;

// Streams: what a file's path does for messages, a name does here; everything else is as with files.
public sealed partial class ImageCodec
{
    private const string Intact = "Give it the bytes of an image file; a stream is read from where it stands to its end.";

    /// <inheritdoc/>
    public RasterImage Read(Stream stream, string? name = null)
    {
        name = NameOf(stream, name);
        return Decode(name, ReadToEnd(stream, name));
    }

    /// <inheritdoc/>
    public (int Width, int Height) ReadSize(Stream stream, string? name = null)
    {
        name = NameOf(stream, name);
        var back = stream.CanSeek ? stream.Position : -1;
        var content = ReadToEnd(stream, name);
        if (back >= 0)
            stream.Position = back;
        var format = FormatOf(name, content);
        using var whole = new MemoryStream(content, writable: false);
        return format.ReadSize(new ImageSource(name, [], _options.MaxMegapixels, format.Name), whole);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(
        Stream stream, string format, RasterImage image, ImageWriteOptions? options = null, string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(format);
        ArgumentNullException.ThrowIfNull(image);
        name = NameOf(stream, name);
        var encoder = Encoder(format) ?? throw new IRConStyleException(
            $"{name} cannot be written: {format} is no image format to write.", $"Use one of {Listed(WritableExtensions)}.");
        // Formats go back in what they wrote, which a stream may not allow; and it shall get a whole image or nothing.
        using var whole = new MemoryStream();
        var target = Target(name, whole, options);
        try
        {
            Encode(encoder, target, image);
            whole.WriteTo(stream);
        }
        catch (Exception exception) when (exception is IOException or OutOfMemoryException)
        {
            throw new IRConStyleException(
                $"{name} cannot be written: {exception.Message}", "Check where the stream goes; one takes at most 2 GB, larger images are written to files.", exception);
        }

        return target.Notes;
    }

    /// <inheritdoc/>
    public string? WritableFormat(string? format) => format is null ? null : Encoder(format)?.Name;

    // Names of formats, such as an image's own, are taken as well as extensions.
    private static IImageFormat? Encoder(string format)
        => Array.Find(Formats, known => known.CanWrite && known.Name.Equals(format, StringComparison.OrdinalIgnoreCase))
            ?? Writable((format.StartsWith('.') ? format : "." + format).ToLowerInvariant());

    private static string NameOf(Stream stream, string? name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return name ?? (stream as FileStream)?.Name ?? "The stream";
    }

    private static byte[] ReadToEnd(Stream stream, string name)
    {
        try
        {
            using var copy = new MemoryStream(stream.CanSeek ? (int)Math.Clamp(stream.Length - stream.Position, 0, Array.MaxLength) : 0);
            stream.CopyTo(copy);
            var content = copy.Length == copy.Capacity ? copy.GetBuffer() : copy.ToArray();
            return content.Length > 0 ? content : throw new IRConStyleException($"{name} is empty (0 bytes).", Intact);
        }
        catch (IOException exception)
        {
            throw new IRConStyleException(
                $"{name} cannot be read: {exception.Message}", "Send it again, complete and smaller than 2 GB.", exception);
        }
    }
}

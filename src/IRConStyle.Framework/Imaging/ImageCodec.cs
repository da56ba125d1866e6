using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;
using Microsoft.Extensions.Options;

namespace IRConStyle.Framework.Imaging;

/// <summary>PNG, JPEG, WebP, BMP, TIFF and GIF in; PNG, JPEG, WebP and TIFF out. Safe to use from several threads at once.</summary>
public sealed partial class ImageCodec : IImageCodec
{
    private static readonly IImageFormat[] Formats =
        [new PngFormat(), new JpegFormat(), new WebpFormat(), new BmpFormat(), new TiffFormat(), new GifFormat()];

    // No format needs more of a file's beginning to be told from the others.
    private const int RecognisedBy = 32;

    private readonly ImagingOptions _options;

    /// <summary>Creates the codec with configured options.</summary>
    /// <param name="options">Size limit and quality.</param>
    public ImageCodec(IOptions<ImagingOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        Validator.ValidateObject(_options, new ValidationContext(_options), validateAllProperties: true);
    }

    /// <summary>Creates the codec with default options.</summary>
    public ImageCodec()
        : this(Options.Create(new ImagingOptions()))
    {
    }

    /// <inheritdoc/>
    public IReadOnlySet<string> Extensions { get; } = Formats.SelectMany(format => format.Extensions).ToFrozenSet();

    /// <inheritdoc/>
    public IReadOnlySet<string> WritableExtensions { get; } =
        Formats.Where(format => format.CanWrite).SelectMany(format => format.Extensions).ToFrozenSet();

    /// <inheritdoc/>
    public RasterImage Read(string path) => Decode(path, Load(path, File.ReadAllBytes));

    /// <inheritdoc/>
    public (int Width, int Height) ReadSize(string path)
    {
        var start = Load(path, ReadStart);
        var format = FormatOf(path, start);
        try
        {
            using var stream = File.OpenRead(path);
            return format.ReadSize(new ImageSource(path, [], _options.MaxMegapixels, format.Name), stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException($"{path} cannot be read: {exception.Message}", "Check the disk.", exception);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(string path, RasterImage image, ImageWriteOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(image);
        var extension = Path.GetExtension(path).ToLowerInvariant();
        var format = Writable(extension)
            ?? throw new IRConStyleException(
                $"{path} cannot be written: {(extension.Length == 0 ? "a name without an extension" : $"the extension {extension}")} names no image format to write.",
                $"Use one of {Listed(WritableExtensions)}.");
        IReadOnlyList<string> notes = [];
        AtomicFile.Write(path, stream =>
        {
            var target = Target(path, stream, options);
            Encode(format, target, image);
            notes = target.Notes;
        });
        return notes;
    }

    private RasterImage Decode(string name, byte[] content)
    {
        var format = FormatOf(name, content);
        try
        {
            return format.Decode(new ImageSource(name, content, _options.MaxMegapixels, format.Name));
        }
        catch (OutOfMemoryException exception)
        {
            throw new IRConStyleException(
                $"{name} does not fit into memory.", "Give the program more memory, or cut the image into parts.", exception);
        }
    }

    // Whatever the metadata was made of, what is written is upright and must not be turned again.
    private static void Encode(IImageFormat format, ImageTarget target, RasterImage image)
        => format.Encode(target, Orientation.Apply(image, Orientation.Upright));

    private static IImageFormat? Writable(string extension)
        => Array.Find(Formats, format => format.CanWrite && format.Extensions.Contains(extension));

    private ImageTarget Target(string name, Stream output, ImageWriteOptions? options)
    {
        var quality = options?.Quality ?? _options.Quality;
        if (quality is < 1 or > 100)
            throw new IRConStyleException($"{name} cannot be written with quality {quality}.", "Use a quality from 1 to 100.");
        return new ImageTarget(
            name, output, quality, options?.LosslessWebp ?? _options.LosslessWebp, _options.PngLevel, _options.Threads ?? Environment.ProcessorCount);
    }

    private static IImageFormat FormatOf(string path, byte[] content)
        => Array.Find(Formats, format => format.Recognises(content)) ?? throw NotAnImage(path, content);

    private static byte[] ReadStart(string path)
    {
        using var stream = File.OpenRead(path);
        var start = new byte[RecognisedBy];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    private static byte[] Load(string path, Func<string, byte[]> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            throw new IRConStyleException($"{path} is a directory, not an image file.", "Name a file inside it.");
        try
        {
            var content = read(path);
            return content.Length > 0
                ? content
                : throw new IRConStyleException($"{path} is empty (0 bytes).", "Replace the file with an intact copy.");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IRConStyleException($"{path} does not exist.", "Check the path and the working directory.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IRConStyleException($"{path} may not be read: permission denied.", "Give this user read permission for the file and its directory.", exception);
        }
        catch (IOException exception)
        {
            throw new IRConStyleException($"{path} cannot be read: {exception.Message}", "Check the disk, and that the file is smaller than 2 GB.", exception);
        }
    }

    private static IRConStyleException NotAnImage(string path, ReadOnlySpan<byte> content)
    {
        var accepted = string.Join(", ", Formats.Select(format => format.Name));
        var kind = Other(content);
        var problem = kind is null ? "is not an image" : $"is a {kind} file, which is not supported";
        return new IRConStyleException($"{path} {problem}: its content is none of {accepted}.", $"Use or convert to one of {Listed(Formats.SelectMany(format => format.Extensions))}.");
    }

    private static string? Other(ReadOnlySpan<byte> content) =>
        content.Length >= 12 && content[4..].StartsWith("ftyp"u8) ? (content[8..].StartsWith("avi"u8) ? "AVIF" : content[8..].StartsWith("hei"u8) ? "HEIC" : "video")
        : content.StartsWith("%PDF"u8) ? "PDF"
        : content.StartsWith("8BPS"u8) ? "Photoshop"
        : null;

    private static string Listed(IEnumerable<string> extensions) => string.Join(", ", extensions.Order(StringComparer.Ordinal));
}

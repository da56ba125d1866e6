using System.Globalization;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Imaging;

/// <summary>One file format behind <see cref="ImageCodec"/>.</summary>
internal interface IImageFormat
{
    /// <summary>The name for messages, for example <c>PNG</c>.</summary>
    string Name { get; }

    /// <summary>Usual extensions, lower case with the dot.</summary>
    IReadOnlyList<string> Extensions { get; }

    /// <summary>Whether <see cref="Encode"/> works.</summary>
    bool CanWrite { get; }

    /// <summary>Whether a file that begins so is of this format.</summary>
    bool Recognises(ReadOnlySpan<byte> content);

    /// <summary>Decodes a whole file; the image is upright.</summary>
    RasterImage Decode(ImageSource source);

    /// <summary>Reads the upright image's size from the header.</summary>
    /// <param name="source">The file without its content, for messages and the limit.</param>
    /// <param name="stream">The content from its beginning; seekable.</param>
    (int Width, int Height) ReadSize(ImageSource source, Stream stream);

    /// <summary>Encodes a whole file, and notes what the format cannot hold.</summary>
    void Encode(ImageTarget target, RasterImage image);
}

/// <summary>A file to encode.</summary>
/// <param name="Path">The file, for messages.</param>
/// <param name="Output">Takes it from its beginning; readable and seekable.</param>
/// <param name="Quality">1 to 100, for formats that lose.</param>
/// <param name="Lossless">Whether a format that can do without loss does.</param>
/// <param name="PngLevel">0 (not compressed) to 9 (smallest).</param>
/// <param name="Threads">Threads that may compress at once, at least 1.</param>
internal sealed record ImageTarget(string Path, Stream Output, int Quality, bool Lossless, int PngLevel, int Threads)
{
    private readonly List<string> _notes = [];

    /// <summary>What the format could not hold.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Says what the format cannot hold.</summary>
    /// <param name="note">The end of a sentence that begins with the file.</param>
    public void Note(string note) => _notes.Add(note);

    /// <summary>Refuses sides that the format's fields cannot tell.</summary>
    public void RequireSides(RasterImage image, string format, int longest)
    {
        if (Math.Max(image.Width, image.Height) > longest)
            throw new IRConStyleException($"{Path} cannot be written: {format} holds at most {longest} pixels a side, the image has {image.Width}×{image.Height}.", "Write PNG or TIFF instead.");
    }
}

/// <summary>A file to decode, and the words to say what is wrong with it.</summary>
internal sealed record ImageSource(string Path, byte[] Content, double MaxMegapixels, string Format)
{
    private const string Replace = "Replace the file with an intact copy.";

    // A row of so many pixels is no longer than a buffer may be, whatever its samples.
    private const int LargestSide = 1 << 24;

    private readonly List<string> _notes = [];

    /// <summary>What is to be known of how the image was read; grows while it is.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Refuses sizes that no image has or that the limit forbids; to be called before memory is taken.</summary>
    public void CheckSize(long width, long height)
    {
        if (width < 1 || height < 1)
            throw new IRConStyleException($"{Path} is a damaged {Format} file: its header claims {width}×{height} pixels.", Replace);
        var megapixels = (double)width * height / 1e6;
        if (megapixels > MaxMegapixels)
            throw new IRConStyleException(
                string.Create(CultureInfo.InvariantCulture, $"{Path} claims to be {width}×{height} pixels ({megapixels:0.###} megapixels); the limit is {MaxMegapixels:0.###}."),
                $"Cut the image into parts, or raise {ImagingOptions.SectionKey}:{nameof(ImagingOptions.MaxMegapixels)} if the file is genuine.");
        if (Math.Max(width, height) > LargestSide)
            throw new IRConStyleException(
                $"{Path} claims to be {width}×{height} pixels; no side may be longer than {LargestSide}.", "Cut the image into parts.");
    }

    /// <summary>Says something of how the image was read.</summary>
    /// <param name="note">The end of a sentence that begins with the file.</param>
    public void Note(string note) => _notes.Add(note);

    /// <summary>The error for a file that ends too early.</summary>
    public IRConStyleException Truncated(Exception? cause = null)
        => new($"{Path} is truncated: the {Format} data ends before the image is complete.", Replace, cause);

    /// <summary>The error for content that contradicts itself.</summary>
    public IRConStyleException Damaged(string problem, Exception? cause = null)
        => new($"{Path} is a damaged {Format} file: {problem}.", Replace, cause);

    /// <summary>The error for content that is right but of a kind not supported.</summary>
    public IRConStyleException Unsupported(string kind, string remedy)
        => new($"{Path} is a {Format} file with {kind}, which is not supported.", remedy);
}

using System.Text;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>Says what a file is that is mistaken for weights.</summary>
internal static class OtherFiles
{
    /// <summary>How many bytes of a file's beginning are looked at.</summary>
    public const int Looked = 512;

    private const string WebPage = "is a web page, not a weights file";
    private const string Download = "Download the file itself, not the page that shows it.";
    private const string Picture = "is an image, not a weights file";
    private const string Unpack = "Unpack it first.";
    private const string OtherFramework = "Use weights of a PyTorch network: .safetensors, or what torch.save wrote (.pth, .pt).";

    // Where a mark stands, what it is, and what would be right; null for the general remedy.
    private static readonly (int At, byte[] Mark, string What, string? Remedy)[] Marks =
    [
        (0, "version https://git-lfs"u8.ToArray(), "is a Git LFS pointer, not the file it stands for", "Fetch the file itself: git lfs pull."),
        (257, "ustar"u8.ToArray(), "is a tar archive; torch.save wrote such files before torch 0.1.10", "Load it with a torch of that time and save it again, or unpack the archive."),
        (0, [0x89, (byte)'H', (byte)'D', (byte)'F'], "is an HDF5 file, as Keras and TensorFlow write", OtherFramework),
        (4, "TFL3"u8.ToArray(), "is a TensorFlow Lite model", OtherFramework),
        (0, [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'], "is a NumPy array (.npy)", OtherFramework),
        (0, "PK\x05\x06"u8.ToArray(), "is an empty zip archive", null),
        (0, "GGUF"u8.ToArray(), "is a GGUF file", null),
        (0, [0x1f, 0x8b], "is a gzip archive", Unpack),
        (0, [(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c], "is a 7z archive", Unpack),
        (0, "Rar!"u8.ToArray(), "is a RAR archive", Unpack),
        (0, [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "is an xz archive", Unpack),
        (0, "BZh"u8.ToArray(), "is a bzip2 archive", Unpack),
        (0, [0x28, 0xb5, 0x2f, 0xfd], "is a zstd archive", Unpack),
        (0, "%PDF"u8.ToArray(), "is a PDF document", null),
        (0, [0x89, (byte)'P', (byte)'N', (byte)'G'], Picture, null),
        (0, [0xff, 0xd8, 0xff], Picture, null),
        (0, [0x7f, (byte)'E', (byte)'L', (byte)'F'], "is a program", null),
    ];

    // Texts, whatever white space and comments stand before them.
    private static readonly (string Mark, string What, string? Remedy)[] Texts =
    [
        ("<!doctype html", WebPage, Download), ("<html", WebPage, Download), ("<head", WebPage, Download), ("<body", WebPage, Download),
        ("<?xml", "is an XML document, such as a server sends instead of a file", "Download the file again; it may be gone, or not be yours to read."),
        ("{", "is a JSON document, not a weights file", null),
    ];

    /// <summary>Refuses a file that is known not to hold weights, and one of an unknown kind unless its name claims to be safetensors.</summary>
    /// <param name="path">The file.</param>
    /// <param name="start">Its first bytes.</param>
    /// <param name="remedy">What would be right in general.</param>
    /// <exception cref="IRConStyleException">Always, but where the name says that a safetensors file was meant.</exception>
    public static void Refuse(string path, ReadOnlySpan<byte> start, string remedy)
    {
        foreach (var (at, mark, what, special) in Marks)
            if (start.Length >= at + mark.Length && start.Slice(at, mark.Length).SequenceEqual(mark))
                throw new IRConStyleException($"{path} {what}.", special ?? remedy);
        if (start.IsEmpty)
            throw new IRConStyleException($"{path} is empty.", remedy);
        if (start.IndexOfAnyExcept((byte)0) < 0)
            throw new IRConStyleException($"{path} begins with zeros only: it was not downloaded or copied to its end.", "Fetch the file again.");
        foreach (var (mark, what, special) in Texts)
            if (TextOf(start).StartsWith(mark, StringComparison.OrdinalIgnoreCase))
                throw new IRConStyleException($"{path} {what}.", special ?? remedy);
        if (start is [8, 1, 0x12, ..])
            throw new IRConStyleException($"{path} is a TensorFlow model (SavedModel).", OtherFramework);
        // A protocol buffer that begins with a small version and then a text is how ONNX files begin.
        if (start is [8, < 32, 0x12 or 0x1a or 0x3a, ..])
            throw new IRConStyleException($"{path} is an ONNX file, a program rather than weights.", remedy);
        // What is named so is told in detail why it is none.
        if (!path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw new IRConStyleException($"{path} is in no known format of weights.", remedy);
    }

    private static string TextOf(ReadOnlySpan<byte> start)
    {
        var text = Encoding.Latin1.GetString(start is [0xef, 0xbb, 0xbf, ..] ? start[3..] : start).TrimStart();
        while (text.StartsWith("<!--", StringComparison.Ordinal) && text.IndexOf("-->", StringComparison.Ordinal) is var end && end > 0)
            text = text[(end + 3)..].TrimStart();
        return text;
    }
}

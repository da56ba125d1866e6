using System.Buffers.Binary;
using System.Text;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>Opens checkpoints of every known format.</summary>
public static class CheckpointFile
{
    /// <summary>Metadata key by which the checkpoint of a whole training is known.</summary>
    internal const string TrainingStateKey = "irconstyle.training";

    private const string Remedy = "Use weights as written by this program (.safetensors), by the safetensors library, or by torch.save (.pth, .pt).";

    // What people mistake for weights: where its mark stands, and what it is.
    private static readonly (int At, byte[] Mark, string What, string Remedy)[] Mistakes =
    [
        (0, "version https://git-lfs"u8.ToArray(), "is a Git LFS pointer, not the file it stands for", "Fetch the file itself: git lfs pull."),
        (0, "<!doctype"u8.ToArray(), "is a web page, not a weights file", "Download the file itself, not the page that shows it."),
        (0, "<html"u8.ToArray(), "is a web page, not a weights file", "Download the file itself, not the page that shows it."),
        (257, "ustar"u8.ToArray(), "is a tar archive; torch.save wrote such files before torch 0.1.10", "Load it with a torch of that time and save it again, or unpack the archive."),
        (0, [0x89, (byte)'H', (byte)'D', (byte)'F'], "is an HDF5 file", Remedy),
        (0, [0x1f, 0x8b], "is a gzip archive", "Unpack it first."),
        (0, "GGUF"u8.ToArray(), "is a GGUF file", Remedy),
    ];

    /// <summary>Opens a file in the format its content has; the name's extension does not matter.</summary>
    /// <param name="path">The file.</param>
    /// <param name="section">
    /// One of the dictionaries of tensors in a PyTorch file, or one part of a training's checkpoint (<c>params</c>,
    /// <c>params_ema</c>); null for the best one, see <see cref="PyTorchReader"/>: the averaged weights.
    /// </param>
    /// <exception cref="IRConStyleException">The file is missing, unreadable, damaged or in no known format; or there is no such section.</exception>
    public static CheckpointReader Open(string path, string? section = null)
    {
        Span<byte> buffer = stackalloc byte[512];
        long length;
        using (var data = CheckpointData.Open(path, Remedy))
        {
            length = data.Length;
            buffer = buffer[..(int)Math.Min(buffer.Length, length)];
            try
            {
                data.ReadExactly(0, buffer);
            }
            catch (IOException exception)
            {
                throw new IRConStyleException($"{path} cannot be read: {exception.Message}", Remedy, exception);
            }
        }

        if (IsPyTorch(buffer))
            return PyTorchReader.Open(path, section);
        if (!IsSafeTensors(buffer, length))
            RefuseOthers(path, buffer);
        var reader = SafeTensorsReader.Open(path);
        if (reader.Metadata.ContainsKey(TrainingStateKey))
            return SectionReader.Open(reader, section);
        if (section is null)
            return reader;
        reader.Dispose();
        throw new IRConStyleException($"{path} is a safetensors file, which has no sections such as {section}.", "Leave the section out.");
    }

    private static bool IsPyTorch(ReadOnlySpan<byte> start)
        => start.StartsWith("PK\x03\x04"u8)
            || start is [0x80, >= 1 and <= 5, ..]
            || start.StartsWith("L119547037146038801333356L"u8); // the magic number in protocol 1

    private static bool IsSafeTensors(ReadOnlySpan<byte> start, long length)
        => start.Length > 8 && start[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(start) <= (ulong)(length - 8);

    private static void RefuseOthers(string path, ReadOnlySpan<byte> start)
    {
        foreach (var (at, mark, what, remedy) in Mistakes)
            if (start.Length >= at + mark.Length && IsMark(start.Slice(at, mark.Length), mark))
                throw new IRConStyleException($"{path} {what}.", remedy);
        if (start.IsEmpty)
            throw new IRConStyleException($"{path} is empty.", Remedy);
        // A protocol buffer that begins with a small version and then a text is how ONNX files begin.
        if (start is [8, < 32, 0x12 or 0x1a or 0x3a, ..])
            throw new IRConStyleException($"{path} is an ONNX file, a program rather than weights.", Remedy);
        // What is named so is told in detail why it is none.
        if (!path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw new IRConStyleException($"{path} is in no known format of weights.", Remedy);
    }

    private static bool IsMark(ReadOnlySpan<byte> start, byte[] mark) => start.SequenceEqual(mark) || Ascii.EqualsIgnoreCase(start, mark);
}

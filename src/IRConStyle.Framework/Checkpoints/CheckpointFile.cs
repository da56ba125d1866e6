using System.Buffers.Binary;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>Opens checkpoints of every known format.</summary>
public static class CheckpointFile
{
    /// <summary>Metadata key by which the checkpoint of a whole training is known.</summary>
    internal const string TrainingStateKey = "irconstyle.training";

    private static readonly string[] Extensions = [".safetensors", ".pth", ".pt", ".ckpt", ".bin"];

    private static readonly EnumerationOptions Listing = new() { IgnoreInaccessible = true };

    private const string Remedy = "Use weights as written by this program (.safetensors), by the safetensors library, or by torch.save (.pth, .pt).";

    /// <summary>The section of a training's checkpoint that is restored with, unless another is asked for.</summary>
    internal const string AveragedSection = "params_ema";

    /// <summary>The section with the weights as the optimizer left them.</summary>
    internal const string LiveSection = "params";

    /// <summary>Opens a file in the format its content has; the name's extension does not matter.</summary>
    /// <param name="path">The file; of weights in several files, the index (<c>.index.json</c>).</param>
    /// <returns>All tensors of all sections.</returns>
    /// <exception cref="IRConStyleException">The file is missing, unreadable, damaged or in no known format.</exception>
    public static CheckpointReader OpenWhole(string path) => OpenWhole(path, mayBeIndex: true);

    /// <summary>Opens one file, which is no index of others.</summary>
    /// <param name="path">The file.</param>
    internal static CheckpointReader OpenSingle(string path) => OpenWhole(path, mayBeIndex: false);

    /// <summary>Opens the part of a file that is meant where no network says what it needs.</summary>
    /// <param name="path">The file.</param>
    /// <param name="choice">
    /// What is taken. Null for the averaged weights; where there are none for the section with a usual name (<c>params</c>,
    /// <c>state_dict</c>, <c>model_state_dict</c>, <c>model</c>, <c>generator</c>, <c>net</c>), for the root when it holds
    /// tensors, for the only section; else for every tensor of the file under its dotted path. The prefixes <c>module.</c> and
    /// <c>_orig_mod.</c> go when all names have them.
    /// </param>
    /// <exception cref="IRConStyleException">The file is missing, unreadable, damaged or in no known format; or there is no such part.</exception>
    public static CheckpointPart Open(string path, PartChoice? choice = null) => DefaultPart.Take(OpenWhole(path), choice ?? PartChoice.Any);

    private static CheckpointReader OpenWhole(string path, bool mayBeIndex)
    {
        Span<byte> buffer = stackalloc byte[OtherFiles.Looked];
        long length;
        using (var data = CheckpointData.Open(path, RemedyFor(path)))
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
            return PyTorchReader.Open(path);
        if (mayBeIndex && ShardedReader.IsIndex(path, buffer))
            return ShardedReader.Open(path);
        if (!IsSafeTensors(buffer, length))
            OtherFiles.Refuse(path, buffer, Remedy);
        return SafeTensorsReader.Open(path);
    }

    // Whoever gives a folder means the weights in it.
    private static string RemedyFor(string path)
    {
        if (!Directory.Exists(path))
            return Remedy;
        var files = Directory.EnumerateFiles(path, "*", Listing).Where(file => file.EndsWith(".index.json", StringComparison.OrdinalIgnoreCase)).ToArray();
        if (files.Length == 0)
            files = [.. Directory.EnumerateFiles(path, "*", Listing).Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Take(2)];
        return files is [var only] ? $"Give the file in it: {only}." : "Give one of the files in it.";
    }

    private static bool IsPyTorch(ReadOnlySpan<byte> start)
        => start.StartsWith("PK\x03\x04"u8)
            || start is [0x80, >= 1 and <= 5, ..]
            || start.StartsWith("L119547037146038801333356L"u8); // the magic number in protocol 1

    private static bool IsSafeTensors(ReadOnlySpan<byte> start, long length)
        => start.Length > 8 && start[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(start) <= (ulong)(length - 8);
}

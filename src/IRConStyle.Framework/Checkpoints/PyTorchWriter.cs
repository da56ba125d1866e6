using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints.PyTorch;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Numerics;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>Writes state dictionaries in the format of <c>torch.save</c> since torch 1.6; <c>torch.load(weights_only=True)</c> reads them.</summary>
public static class PyTorchWriter
{
    private const string Folder = "archive";

    /// <summary>Writes tensors to a file, aside first, then renamed.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">Names and tensors, in this order; not changed. Storages they share are written once for each.</param>
    /// <param name="section">The key the state dictionary lies under, such as <c>params</c>; null for a bare one.</param>
    /// <param name="metadata">Texts to write beside the section; a bare state dictionary has no place for them.</param>
    /// <exception cref="IRConStyleException">The file cannot be written.</exception>
    public static void Write(
        string path, IReadOnlyList<(string Name, torch.Tensor Value)> tensors, string? section = null,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        WriteOneByOne(path, CheckpointSource.Of(tensors), section, metadata);
    }

    /// <summary>Writes tensors to a file one at a time, aside first, then renamed.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">What to write, in this order.</param>
    /// <param name="section">The key the state dictionary lies under, such as <c>params</c>; null for a bare one.</param>
    /// <param name="metadata">Texts to write beside the section; a bare state dictionary has no place for them.</param>
    /// <exception cref="IRConStyleException">The file cannot be written, or a tensor's type or name cannot be stored.</exception>
    public static void WriteOneByOne(
        string path, IReadOnlyList<CheckpointSource> tensors, string? section = null,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in tensors.Select(tensor => tensor.Entry.Name))
            if (!names.Add(name))
                throw new IRConStyleException($"A PyTorch file cannot hold a tensor named {name} twice.");
        var texts = (metadata ?? new Dictionary<string, string>()).Where(item => item.Key != section);
        var pickle = PickleWriter.Write([.. tensors.Select(tensor => tensor.Entry)], section, texts);
        AtomicFile.Write(path, stream => WriteArchive(new ZipWriter(stream), pickle, tensors));
    }

    private static void WriteArchive(ZipWriter archive, byte[] pickle, IReadOnlyList<CheckpointSource> tensors)
    {
        WriteRecord(archive, "data.pkl", pickle);
        WriteRecord(archive, "byteorder", "little"u8);
        for (var i = 0; i < tensors.Count; i++)
        {
            using var value = tensors[i].Make();
            var checksum = ~0u;
            TensorBytes.ForEach(value, bytes => checksum = Crc32.Add(checksum, bytes));
            archive.Begin($"{Folder}/data/{PickleWriter.StorageKey(i)}", ~checksum, value.numel() * value.ElementSize);
            TensorBytes.ForEach(value, bytes => archive.Write(bytes));
        }

        WriteRecord(archive, "version", "3\n"u8);
        archive.Finish();
    }

    private static void WriteRecord(ZipWriter archive, string name, ReadOnlySpan<byte> bytes)
    {
        archive.Begin($"{Folder}/{name}", Crc32.Of([], bytes), bytes.Length);
        archive.Write(bytes);
    }
}

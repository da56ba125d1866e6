using System.Text.Json;
using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>
/// Weights in several files beside an index (<c>model.safetensors.index.json</c>) that says which tensor lies in which, as
/// Hugging Face's libraries write them.
/// </summary>
internal sealed class ShardedReader : CheckpointReader
{
    private const string Map = "weight_map";
    private const int IndexLimit = 64 << 20;
    private const int FileLimit = 4096;

    private readonly Dictionary<string, CheckpointReader> _files;
    private readonly Dictionary<string, (CheckpointReader File, CheckpointEntry Entry)> _tensors;

    private ShardedReader(
        string path, Dictionary<string, CheckpointReader> files, Dictionary<string, (CheckpointReader File, CheckpointEntry Entry)> tensors,
        Dictionary<string, string> metadata)
        : base(path)
    {
        (_files, _tensors, Metadata) = (files, tensors, metadata);
        Entries = tensors.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.Entry, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override string Format => $"{_files.Values.Select(file => file.Format).FirstOrDefault("safetensors")} in {_files.Count} files";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, CheckpointEntry> Entries { get; }

    /// <summary>Whether a file is an index.</summary>
    /// <param name="path">The file.</param>
    /// <param name="start">Its first bytes.</param>
    public static bool IsIndex(string path, ReadOnlySpan<byte> start)
        => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && start.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    /// <summary>Opens an index and every file it names.</summary>
    /// <param name="path">The index.</param>
    /// <exception cref="IRConStyleException">The index is malformed, or a file that it names is missing or lacks a tensor.</exception>
    public static ShardedReader Open(string path)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var map = Read(path, metadata);
        var files = new Dictionary<string, CheckpointReader>(StringComparer.Ordinal);
        try
        {
            var tensors = new Dictionary<string, (CheckpointReader, CheckpointEntry)>(StringComparer.Ordinal);
            foreach (var (tensor, file) in map)
            {
                if (!files.TryGetValue(file, out var reader))
                    files[file] = reader = OpenFile(path, file, files.Count);
                var entry = reader.Entries.GetValueOrDefault(tensor) ?? throw Bad(path, $"it names {tensor} in {file}, which has no such tensor");
                if (!tensors.TryAdd(tensor, (reader, entry)))
                    throw Bad(path, $"it names {tensor} twice");
            }

            foreach (var (key, value) in files.Values.SelectMany(file => file.Metadata))
                metadata.TryAdd(key, value);
            return new ShardedReader(path, files, tensors, metadata);
        }
        catch
        {
            foreach (var reader in files.Values)
                reader.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override torch.Tensor Read(string name) => _tensors.TryGetValue(name, out var tensor)
        ? tensor.File.Read(name)
        : throw new IRConStyleException($"{FilePath} has no tensor named {name}.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        foreach (var file in _files.Values)
            file.Dispose();
    }

    private static List<(string Tensor, string File)> Read(string path, Dictionary<string, string> metadata)
    {
        using var data = CheckpointData.Open(path, "Use an index as Hugging Face's libraries write it.");
        if (data.Length > IndexLimit)
            throw Bad(path, $"it has {data.Length} bytes");
        try
        {
            var bytes = new byte[data.Length];
            data.ReadExactly(0, bytes);
            using var document = JsonDocument.Parse(bytes);
            if (!document.RootElement.TryGetProperty(Map, out var map))
                throw new IRConStyleException($"{path} is a JSON document, but no index of weights: it has no {Map}.", "Give the weights file itself.");
            if (document.RootElement.TryGetProperty("metadata", out var notes) && notes.ValueKind == JsonValueKind.Object)
                foreach (var note in notes.EnumerateObject())
                    metadata.TryAdd(note.Name, note.Value.ToString());
            return [.. map.EnumerateObject().Select(entry => (entry.Name, entry.Value.GetString() ?? ""))];
        }
        catch (Exception exception) when (exception is JsonException or IOException or InvalidOperationException)
        {
            throw Bad(path, exception.Message, exception);
        }
    }

    // The files lie beside the index; one that names others could make this program read any file.
    private static CheckpointReader OpenFile(string index, string file, int opened)
    {
        if (file.Length == 0 || file is "." or ".." || file.AsSpan().IndexOfAny("/\\:\0") >= 0)
            throw Bad(index, $"it names the file '{file}', which is not one beside it");
        if (opened == FileLimit)
            throw Bad(index, $"it names more than {FileLimit} files");
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(index))!, file);
        if (!File.Exists(path))
            throw new IRConStyleException($"{path} is missing, which {index} names.", "Put all parts of the weights beside their index.");
        return CheckpointFile.OpenSingle(path);
    }

    private static IRConStyleException Bad(string path, string problem, Exception? cause = null)
        => new($"{path} is no valid index of weights: {problem}.", "Fetch the index again, with all the files that it names.", cause);
}

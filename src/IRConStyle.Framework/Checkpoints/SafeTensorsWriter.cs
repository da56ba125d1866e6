using System.Buffers.Binary;
using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>Writes the safetensors format.</summary>
public static class SafeTensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes tensors to a file, aside first, then renamed.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">Names and tensors, named in the header in this order; not changed.</param>
    /// <param name="metadata">Free text for the header.</param>
    /// <exception cref="IRConStyleException">The file cannot be written.</exception>
    public static void Write(
        string path, IReadOnlyList<(string Name, torch.Tensor Value)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        WriteOneByOne(path, CheckpointSource.Of(tensors), metadata);
    }

    /// <summary>Writes tensors to a file one at a time, aside first, then renamed.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">What to write, named in the header in this order.</param>
    /// <param name="metadata">Free text for the header.</param>
    /// <exception cref="IRConStyleException">The file cannot be written, or a tensor's type or name cannot be stored.</exception>
    public static void WriteOneByOne(
        string path, IReadOnlyList<CheckpointSource> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(metadata);
        // Wide elements first: each tensor then begins at a multiple of its element's size, as readers that map files expect.
        var placed = tensors.OrderByDescending(tensor => SafeTensorsTypes.Of(tensor.Entry).Size).ToArray();
        var header = Header(tensors, placed, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in placed)
            {
                using var value = tensor.Make();
                TensorBytes.ForEach(value, bytes => stream.Write(bytes));
            }
        });
    }

    private static byte[] Header(
        IReadOnlyList<CheckpointSource> tensors, CheckpointSource[] placed, IReadOnlyDictionary<string, string> metadata)
    {
        var offsets = new Dictionary<string, (long Start, long End)>(StringComparer.Ordinal);
        long offset = 0;
        foreach (var entry in placed.Select(tensor => tensor.Entry))
        {
            var start = offset;
            offset += SafeTensorsTypes.Of(entry).Size * entry.Elements;
            if (entry.Name == SafeTensorsReader.MetadataName || !offsets.TryAdd(entry.Name, (start, offset)))
                throw new IRConStyleException($"A safetensors file cannot hold two tensors named {entry.Name}, nor one named {SafeTensorsReader.MetadataName}.");
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(SafeTensorsReader.MetadataName);
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            foreach (var entry in tensors.Select(tensor => tensor.Entry))
                WriteEntry(json, entry, offsets[entry.Name]);
            json.WriteEndObject();
        }

        // Spaces up to a multiple of 8, so that readers can map the data.
        while (buffer.Length % Alignment != 0)
            buffer.WriteByte((byte)' ');
        return buffer.Length <= SafeTensorsTypes.HeaderLimit ? buffer.ToArray() : throw new IRConStyleException(
            $"Names and metadata take {buffer.Length} bytes; a safetensors file can hold {SafeTensorsTypes.HeaderLimit}.");
    }

    private static void WriteEntry(Utf8JsonWriter json, CheckpointEntry entry, (long Start, long End) offsets)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", SafeTensorsTypes.Of(entry).Name);
        json.WriteStartArray("shape");
        foreach (var dimension in entry.Shape)
            json.WriteNumberValue(dimension);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offsets.Start);
        json.WriteNumberValue(offsets.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

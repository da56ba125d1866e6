using System.Buffers.Binary;
using System.Text.Json;
using IRConStyle.Framework.Files;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>Writes the safetensors format.</summary>
public static class SafeTensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes tensors to a file, aside first, then renamed.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">Names and tensors, written in this order; not changed.</param>
    /// <param name="metadata">Free text for the header.</param>
    /// <exception cref="Abstractions.IRConStyleException">The file cannot be written.</exception>
    public static void Write(
        string path, IReadOnlyList<(string Name, torch.Tensor Value)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(metadata);
        var header = Header(tensors, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var (_, value) in tensors)
            {
                using var scope = torch.NewDisposeScope();
                using var data = value.detach().cpu().contiguous();
                if (data.numel() > 0)
                    data.WriteBytesToStream(stream, 1 << 16);
            }
        });
    }

    private static byte[] Header(IReadOnlyList<(string Name, torch.Tensor Value)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            long offset = 0;
            foreach (var (name, value) in tensors)
            {
                var (typeName, size) = SafeTensorsTypes.Of(value.dtype);
                json.WriteStartObject(name);
                json.WriteString("dtype", typeName);
                json.WriteStartArray("shape");
                foreach (var dimension in value.shape)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += value.numel() * size);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces up to a multiple of 8, so that readers can map the data.
        while (buffer.Length % Alignment != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }
}

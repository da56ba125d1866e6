using System.Text.Json;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Checkpoints.PyTorch;

namespace IRConStyle.Framework.Tests.Inference;

/// <summary>Checkpoints of any size whose values are holes in the file.</summary>
internal static class SparseFile
{
    public static void WriteSafeTensors(string path, IReadOnlyList<CheckpointEntry> entries)
    {
        var header = new Dictionary<string, object>();
        long offset = 0;
        foreach (var entry in entries)
        {
            var (name, size) = SafeTensorsTypes.Of(entry);
            header[entry.Name] = new { dtype = name, shape = entry.Shape, data_offsets = new[] { offset, offset += size * entry.Elements } };
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        using var stream = File.Create(path);
        stream.Write(BitConverter.GetBytes((long)json.Length));
        stream.Write(json);
        stream.SetLength(stream.Position + offset);
    }

    public static void WritePyTorch(string path, IReadOnlyList<CheckpointEntry> entries)
    {
        using var stream = File.Create(path);
        var archive = new ZipWriter(stream);
        var pickle = PickleWriter.Write(entries, null, []);
        archive.Begin("net/data.pkl", 0, pickle.Length);
        archive.Write(pickle);
        for (var i = 0; i < entries.Count; i++)
        {
            var length = SafeTensorsTypes.Of(entries[i]).Size * entries[i].Elements;
            archive.Begin($"net/data/{PickleWriter.StorageKey(i)}", 0, length);
            stream.Seek(length, SeekOrigin.Current);
        }

        archive.Finish();
    }
}

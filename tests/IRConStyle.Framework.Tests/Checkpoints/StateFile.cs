using System.IO.Compression;
using TorchSharp;
using static IRConStyle.Framework.Tests.Checkpoints.PickleBytes;

namespace IRConStyle.Framework.Tests.Checkpoints;

/// <summary>Puts checkpoints together as PyTorch and the tools around it write them.</summary>
internal sealed class StateFile
{
    private readonly List<(string Type, long Count, byte[] Data)> _storages = [];

    /// <summary>A tensor, with a storage of its own.</summary>
    public byte[] Tensor(torch.Tensor value)
    {
        using var whole = value.detach().cpu().contiguous();
        var type = value.dtype == torch.int64 ? "LongStorage" : "FloatStorage";
        _storages.Add((type, whole.numel(), whole.numel() == 0 ? [] : whole.bytes.ToArray()));
        var strides = whole.shape.Select((_, axis) => whole.shape[(axis + 1)..].Aggregate(1L, (product, length) => product * length)).ToArray();
        return PickleBytes.Tensor(Storage(type, $"{_storages.Count - 1}", whole.numel()), 0, whole.shape, strides);
    }

    /// <summary>A state dictionary, as torch saves it: an OrderedDict with an attribute of its own.</summary>
    public byte[] State(IEnumerable<(string Name, torch.Tensor Value)> state, string prefix = "", params (string Key, byte[] Value)[] more) => Join(
        Global("collections", "OrderedDict"), Op(")R("),
        Join([.. state.Select(entry => Join(Text(prefix + entry.Name), Tensor(entry.Value)))]),
        Join([.. more.Select(item => Join(Text(item.Key), item.Value))]),
        Op("u"), Dictionary(("_metadata", Op("}"))), Op("b"));

    /// <summary>An object of Python: its class, made of nothing, and its attributes.</summary>
    public static byte[] Object(string module, string name, byte[] attributes) => Join(Global(module, name), Op(")\u0081"), attributes, Op("b"));

    /// <summary>Writes the format of torch 1.6 and later.</summary>
    public void Write(string path, byte[] root, CompressionLevel compression = CompressionLevel.NoCompression)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        Add("net/data.pkl", Join([0x80, 2], root, Op(".")));
        for (var i = 0; i < _storages.Count; i++)
            Add($"net/data/{i}", _storages[i].Data);
        Add("net/version", "3\n"u8.ToArray());

        void Add(string name, byte[] content)
        {
            using var stream = archive.CreateEntry(name, compression).Open();
            stream.Write(content);
        }
    }

    /// <summary>Writes the format before torch 1.6.</summary>
    public void WriteLegacy(string path, byte[] root)
        => File.WriteAllBytes(path, Legacy(root, true, [.. _storages.Select((storage, index) => ($"{index}", storage.Count, storage.Data))]));
}

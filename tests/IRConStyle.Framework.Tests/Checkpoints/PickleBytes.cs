using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace IRConStyle.Framework.Tests.Checkpoints;

/// <summary>Puts pickles and PyTorch files together by hand, also such as torch.save would never write.</summary>
internal static class PickleBytes
{
    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    public static byte[] Op(string opcodes) => Encoding.Latin1.GetBytes(opcodes);

    public static byte[] Text(string text) => Join(Op("X"), Little(Encoding.UTF8.GetByteCount(text)), Encoding.UTF8.GetBytes(text));

    public static byte[] Number(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Join([0x8a, 8], bytes);
    }

    public static byte[] Global(string module, string name) => Op($"c{module}\n{name}\n");

    public static byte[] Tuple(params byte[][] items) => Join([Op("("), .. items, Op("t")]);

    public static byte[] Dictionary(params (string Key, byte[] Value)[] items)
        => Join([Op("}("), .. items.Select(item => Join(Text(item.Key), item.Value)), Op("u")]);

    public static byte[] Storage(string type, string key, long count, params byte[][] more)
        => Join(Tuple([Text("storage"), Global("torch", type), Text(key), Text("cpu"), Number(count), .. more]), Op("Q"));

    public static byte[] Tensor(byte[] storage, long offset, long[] shape, long[] strides)
        => Join(
            Global("torch._utils", "_rebuild_tensor_v2"),
            Tuple(
                storage, Number(offset), Tuple([.. shape.Select(Number)]), Tuple([.. strides.Select(Number)]),
                [0x89], Join(Global("collections", "OrderedDict"), Op(")R"))),
            Op("R"));

    /// <summary>A zip archive made by .NET.</summary>
    public static void WriteZip(string path, params (string Name, byte[] Content)[] records)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (name, content) in records)
        {
            using var stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
            stream.Write(content);
        }
    }

    /// <summary>A file in the format before torch 1.6.</summary>
    public static byte[] Legacy(byte[] value, bool isLittleEndian = true, params (string Key, long Count, byte[] Data)[] storages) => Join(
        Legacy(value, isLittleEndian),
        Join(Op("]("), Join([.. storages.Select(storage => Text(storage.Key))]), Op("e.")),
        Join([.. storages.Select(storage => Join(BitConverter.GetBytes(storage.Count), storage.Data))]));

    /// <summary>Its first four pickles.</summary>
    public static byte[] Legacy(byte[] value, bool isLittleEndian) => Join(
        [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.', 0x80, 2],
        Number(1001), Op("."),
        Dictionary(("little_endian", isLittleEndian ? [0x88] : [0x89])), Op("."),
        value, Op("."));

    private static byte[] Little(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }
}

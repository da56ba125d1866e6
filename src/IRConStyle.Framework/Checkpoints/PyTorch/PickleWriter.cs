using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>Writes the pickle (protocol 2) that torch.save writes for a dictionary of tensors.</summary>
internal sealed class PickleWriter
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly Dictionary<string, int> _memo = new(StringComparer.Ordinal);

    private PickleWriter() => Write([0x80, 2]);

    /// <summary>Writes a state dictionary whose tensors are stored whole, each under its number.</summary>
    /// <param name="entries">The tensors.</param>
    /// <param name="section">The key it lies under in a plain dictionary; null for the state dictionary alone.</param>
    /// <param name="texts">Texts beside the section.</param>
    public static byte[] Write(IReadOnlyList<CheckpointEntry> entries, string? section, IEnumerable<KeyValuePair<string, string>> texts)
    {
        var writer = new PickleWriter();
        if (section is not null)
        {
            writer.Write("}("u8);
            writer.WriteText(section);
        }

        writer.WriteOrderedDictionary();
        writer.Write("("u8);
        for (var i = 0; i < entries.Count; i++)
        {
            writer.WriteText(entries[i].Name);
            writer.WriteTensor(entries[i], i);
        }

        writer.Write("u"u8);
        if (section is not null)
        {
            foreach (var (key, value) in texts)
            {
                writer.WriteText(key);
                writer.WriteText(value);
            }

            writer.Write("u"u8);
        }

        writer.Write("."u8);
        return writer._output.WrittenSpan.ToArray();
    }

    // _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks)
    private void WriteTensor(CheckpointEntry entry, int number)
    {
        var storage = Array.Find(ElementTypes.All, type => type.Type.Type == entry.Type).Storage
            ?? throw new Abstractions.IRConStyleException($"{entry.Name} is of type {entry.Type}, which PyTorch files cannot hold.");
        WriteGlobal("torch._utils", "_rebuild_tensor_v2");
        Write("(("u8);
        WriteShared("storage");
        WriteGlobal("torch", storage + "Storage");
        WriteText(StorageKey(number));
        WriteShared("cpu");
        WriteNumber(entry.Elements);
        Write("tQ"u8);
        WriteNumber(0);
        WriteNumbers(entry.Shape);
        WriteNumbers(Strides(entry.Shape));
        Write([0x89]);
        WriteOrderedDictionary();
        Write("tR"u8);
    }

    /// <summary>The key of a tensor's storage.</summary>
    public static string StorageKey(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    // As torch lays out contiguous tensors; empty dimensions count as one.
    private static long[] Strides(long[] shape)
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (var i = shape.Length - 1; i >= 0; stride *= Math.Max(shape[i], 1), i--)
            strides[i] = stride;
        return strides;
    }

    private void WriteOrderedDictionary()
    {
        WriteGlobal("collections", "OrderedDict");
        Write(")R"u8);
    }

    private void WriteNumbers(long[] numbers)
    {
        Write("("u8);
        foreach (var number in numbers)
            WriteNumber(number);
        Write("t"u8);
    }

    private void WriteNumber(long number)
    {
        Span<byte> bytes = stackalloc byte[10];
        if (number is >= 0 and <= byte.MaxValue)
        {
            Write([(byte)'K', (byte)number]);
        }
        else if (number is >= 0 and <= int.MaxValue)
        {
            bytes[0] = (byte)'J';
            BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], (int)number);
            Write(bytes[..5]);
        }
        else
        {
            (bytes[0], bytes[1]) = (0x8a, sizeof(long));
            BinaryPrimitives.WriteInt64LittleEndian(bytes[2..], number);
            Write(bytes);
        }
    }

    private void WriteText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        Write("X"u8);
        Write(length);
        Write(bytes);
    }

    private void WriteShared(string text)
    {
        if (!Recall(text))
            WriteText(text);
        Remember(text);
    }

    private void WriteGlobal(string module, string name)
    {
        var line = $"c{module}\n{name}\n";
        if (!Recall(line))
            Write(Encoding.ASCII.GetBytes(line));
        Remember(line);
    }

    private bool Recall(string value)
    {
        var known = _memo.TryGetValue(value, out var index);
        if (known)
            Write([(byte)'h', (byte)index]);
        return known;
    }

    // A few dozen texts and names at most, so that an index is a byte.
    private void Remember(string value)
    {
        if (_memo.TryAdd(value, _memo.Count))
            Write([(byte)'q', (byte)(_memo.Count - 1)]);
    }

    private void Write(ReadOnlySpan<byte> bytes) => _output.Write(bytes);
}

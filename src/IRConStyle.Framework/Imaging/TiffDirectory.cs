using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>One value of a directory as the file has it.</summary>
/// <param name="Type">What its elements are.</param>
/// <param name="Count">How many elements the file claims.</param>
/// <param name="Value">The elements themselves where they fit into the entry, otherwise their place in the file.</param>
internal readonly record struct TiffField(TiffType Type, ulong Count, ReadOnlyMemory<byte> Value);

/// <summary>
/// One directory of a TIFF. Every look at a value compares its count and place with the file's length first: a field that
/// claims more than there is ends in an error that names it, and takes no memory.
/// </summary>
internal sealed class TiffDirectory
{
    private readonly TiffFile _file;
    private readonly Dictionary<TiffTag, TiffField> _fields = [];

    /// <summary>Lists a directory's entries; the first of several with one tag counts.</summary>
    public TiffDirectory(TiffFile file, ReadOnlyMemory<byte> entries)
    {
        _file = file;
        Length = entries.Length;
        var (size, wide) = file.IsBig ? (20, 8) : (12, 4);
        for (var at = 0; at + size <= entries.Length; at += size)
        {
            var entry = entries.Span.Slice(at, size);
            _fields.TryAdd(
                (TiffTag)file.Number(entry[..2]),
                new TiffField((TiffType)(short)file.Number(entry.Slice(2, 2)), file.Number(entry.Slice(4, wide)), entries.Slice(at + size - wide, wide)));
        }
    }

    /// <summary>Bytes that the entries take.</summary>
    public int Length { get; }

    /// <summary>What the fields are.</summary>
    public IEnumerable<(TiffTag Tag, TiffType Type)> Fields => _fields.Select(entry => (entry.Key, entry.Value.Type));

    /// <summary>Whether there is such a field.</summary>
    public bool Has(TiffTag tag) => _fields.ContainsKey(tag);

    /// <summary>The number of elements a field claims; 0 when there is none.</summary>
    public ulong CountOf(TiffTag tag) => _fields.TryGetValue(tag, out var field) ? field.Count : 0;

    /// <summary>A whole number.</summary>
    /// <param name="tag">The field; the first of several elements counts.</param>
    /// <param name="otherwise">The value where the field is missing.</param>
    public int Int(TiffTag tag, int otherwise) => Ints(tag, most: 1) is [var value, ..] ? Narrow(tag, value) : otherwise;

    /// <summary>A whole number; null where it is missing or cannot be read.</summary>
    public long? TryInt(TiffTag tag)
        => _fields.TryGetValue(tag, out var field) && IsWhole(field.Type) && field.Count > 0 && Find(field, SizeOf(field.Type)) is { } bytes
            ? Whole(field.Type, bytes)
            : null;

    /// <summary>A real number; null where it is missing or cannot be read.</summary>
    public double? TryReal(TiffTag tag)
        => _fields.TryGetValue(tag, out var field) && SizeOf(field.Type) is > 0 and var size && field.Count > 0 && Find(field, size) is { } bytes
            ? Real(field.Type, bytes)
            : null;

    /// <summary>Whole numbers.</summary>
    /// <param name="tag">The field.</param>
    /// <param name="most">How many are wanted; further ones are not read.</param>
    /// <returns>At most so many; empty where the field is missing.</returns>
    public long[] Ints(TiffTag tag, int most)
    {
        if (!_fields.TryGetValue(tag, out var field))
            return [];
        if (!IsWhole(field.Type))
            throw _file.Source.Damaged($"{NameOf(tag)} is no whole number");
        var size = SizeOf(field.Type);
        var bytes = Content(tag, field, (ulong)most);
        var values = new long[bytes.Length / size];
        for (var i = 0; i < values.Length; i++)
            values[i] = Whole(field.Type, bytes.Slice(i * size, size));
        return values;
    }

    /// <summary>Real numbers, of which fractions are one kind.</summary>
    /// <param name="tag">The field.</param>
    /// <param name="most">How many are wanted; further ones are not read.</param>
    /// <returns>At most so many; empty where the field is missing.</returns>
    public double[] Reals(TiffTag tag, int most)
    {
        if (!_fields.TryGetValue(tag, out var field))
            return [];
        var size = SizeOf(field.Type);
        var bytes = Content(tag, field, (ulong)most);
        var values = new double[bytes.Length / size];
        for (var i = 0; i < values.Length; i++)
            values[i] = Real(field.Type, bytes.Slice(i * size, size));
        return values;
    }

    /// <summary>A field's bytes as they stand in the file.</summary>
    /// <param name="tag">The field.</param>
    /// <returns>All of them; null where the field is missing.</returns>
    public byte[]? Bytes(TiffTag tag)
        => _fields.TryGetValue(tag, out var field) ? Content(tag, field, field.Count).ToArray() : null;

    /// <summary>A field's bytes; null where the field is missing or does not lie within the file.</summary>
    public byte[]? TryBytes(TiffTag tag)
        => _fields.TryGetValue(tag, out var field) && SizeOf(field.Type) is > 0 and var size && field.Count <= (ulong)_file.Length / (ulong)size
            ? Find(field, (long)field.Count * size)
            : null;

    private ReadOnlySpan<byte> Content(TiffTag tag, TiffField field, ulong most)
    {
        var size = (ulong)SizeOf(field.Type);
        if (size == 0)
            throw _file.Source.Damaged($"{NameOf(tag)} is of the unknown type {(short)field.Type}");
        if (field.Count > (ulong)_file.Length / size)
            throw _file.Source.Damaged($"{NameOf(tag)} claims {field.Count} values, more than the file of {_file.Length} bytes can hold");
        // All that is claimed must be there, even where less of it is wanted.
        if (field.Count * size > (ulong)field.Value.Length && _file.Number(field.Value.Span) > (ulong)_file.Length - field.Count * size)
            throw _file.Source.Truncated();
        return Find(field, (long)(Math.Min(field.Count, most) * size)) ?? throw _file.Source.Truncated();
    }

    private byte[]? Find(TiffField field, long length)
    {
        if (length > Array.MaxLength)
            return null;
        var inside = field.Count <= (ulong)(field.Value.Length / Math.Max(1, SizeOf(field.Type)));
        return inside ? field.Value.Span[..(int)length].ToArray() : _file.Bytes(_file.Number(field.Value.Span), (ulong)length);
    }

    private int Narrow(TiffTag tag, long value)
        => value is >= 0 and <= int.MaxValue ? (int)value : throw _file.Source.Damaged($"{NameOf(tag)} is {value}");

    private long Whole(TiffType type, ReadOnlySpan<byte> bytes)
    {
        var value = _file.Number(bytes);
        return type switch
        {
            TiffType.SBYTE => (sbyte)value,
            TiffType.SSHORT => (short)value,
            TiffType.SLONG => (int)value,
            TiffType.SLONG8 => (long)value,
            _ => (long)Math.Min(value, long.MaxValue),
        };
    }

    private double Real(TiffType type, ReadOnlySpan<byte> bytes) => type switch
    {
        TiffType.FLOAT => BitConverter.UInt32BitsToSingle((uint)_file.Number(bytes)),
        TiffType.DOUBLE => BitConverter.UInt64BitsToDouble(_file.Number(bytes)),
        TiffType.RATIONAL => (double)_file.Number(bytes[..4]) / _file.Number(bytes[4..]),
        TiffType.SRATIONAL => (double)(int)_file.Number(bytes[..4]) / (int)_file.Number(bytes[4..]),
        _ => Whole(type, bytes),
    };

    private static bool IsWhole(TiffType type) => type
        is TiffType.BYTE or TiffType.SHORT or TiffType.LONG or TiffType.SBYTE or TiffType.SSHORT or TiffType.SLONG
        or TiffType.IFD or TiffType.LONG8 or TiffType.SLONG8 or TiffType.IFD8;

    /// <summary>Bytes of an element; 0 for unknown types.</summary>
    internal static int SizeOf(TiffType type) => type switch
    {
        TiffType.BYTE or TiffType.ASCII or TiffType.SBYTE or TiffType.UNDEFINED => 1,
        TiffType.SHORT or TiffType.SSHORT => 2,
        TiffType.LONG or TiffType.SLONG or TiffType.FLOAT or TiffType.IFD => 4,
        TiffType.RATIONAL or TiffType.SRATIONAL or TiffType.DOUBLE or TiffType.LONG8 or TiffType.SLONG8 or TiffType.IFD8 => 8,
        _ => 0,
    };

    private static string NameOf(TiffTag tag) => Enum.IsDefined(tag) ? $"its tag {(int)tag} ({tag})" : $"its tag {(int)tag}";
}

using System.Buffers.Binary;
using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>A field to be written.</summary>
/// <param name="Tag">What it is.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="Value">The elements in the order of the file they go into; empty where the field leads to a directory.</param>
/// <param name="Directory">The directory it leads to; null for a value.</param>
internal sealed record TiffEntry(TiffTag Tag, TiffType Type, byte[] Value, IReadOnlyList<TiffEntry>? Directory = null);

/// <summary>Directories taken out of one TIFF and put into another, classic one, of which EXIF blocks are a kind.</summary>
/// <param name="littleEndian">The byte order of the file they are put into.</param>
internal sealed class TiffEntries(bool littleEndian)
{
    private const int EntryLength = 12, InlineLength = 4, LargestValue = 1 << 24;
    private const TiffTag ExifIfd = TiffTag.EXIFIFD, GpsIfd = (TiffTag)34853, InteroperabilityIfd = (TiffTag)40965;

    /// <summary>A field of whole numbers.</summary>
    /// <param name="tag">What it is.</param>
    /// <param name="type">Numbers of two (SHORT) or four bytes (LONG), or fractions (RATIONAL) of two of the latter.</param>
    /// <param name="values">The numbers.</param>
    public TiffEntry Of(TiffTag tag, TiffType type, params ReadOnlySpan<long> values)
    {
        var size = type == TiffType.SHORT ? 2 : 4;
        var bytes = new byte[values.Length * size];
        for (var i = 0; i < values.Length; i++)
            Write(bytes.AsSpan(i * size, size), (uint)values[i]);
        return new TiffEntry(tag, type, bytes);
    }

    /// <summary>A field of real numbers, as fractions.</summary>
    public TiffEntry OfFractions(TiffTag tag, params IEnumerable<double> values)
    {
        const int Denominator = 10_000;
        return Of(tag, TiffType.RATIONAL, [.. values.SelectMany(value => value == Math.Round(value)
            ? new[] { (long)Math.Clamp(value, 0, uint.MaxValue), 1 }
            : [(long)Math.Clamp(Math.Round(value * Denominator), 0, uint.MaxValue), Denominator])]);
    }

    /// <summary>Takes fields out of a directory, and with them the directories of EXIF; what cannot be read is left out.</summary>
    /// <param name="file">The file.</param>
    /// <param name="directory">Its directory.</param>
    /// <param name="isWanted">Which fields.</param>
    public List<TiffEntry> Take(TiffFile file, TiffDirectory directory, Func<TiffTag, bool> isWanted)
    {
        var entries = new List<TiffEntry>();
        foreach (var (tag, type) in directory.Fields.Where(field => isWanted(field.Tag)))
        {
            if (tag is ExifIfd or GpsIfd or InteroperabilityIfd)
            {
                // Each leads to the next deeper one at most, so there is no ring to get caught in.
                if (directory.TryInt(tag) is > 0 and var place && file.DirectoryAt((ulong)place) is { } inner)
                    entries.Add(new TiffEntry(tag, TiffType.LONG, [], Take(file, inner, deeper => deeper is not (ExifIfd or GpsIfd) && (deeper != InteroperabilityIfd || tag == ExifIfd))));
            }
            else if (ElementSize(type) is > 0 and var element && directory.TryBytes(tag) is { Length: > 0 and <= LargestValue } bytes)
                entries.Add(new TiffEntry(tag, type, InOrder(bytes, element, file.IsLittleEndian)));
        }

        return entries;
    }

    /// <summary>Lays a directory out, with its values and the directories it leads to behind it.</summary>
    /// <param name="entries">Its fields.</param>
    /// <param name="place">Where in the file it begins; even.</param>
    public byte[] Write(IReadOnlyCollection<TiffEntry> entries, uint place)
    {
        using var head = new MemoryStream();
        using var tail = new MemoryStream();
        var tailPlace = place + 2 + EntryLength * (uint)entries.Count + 4;
        head.Write(Number((uint)entries.Count, 2));
        foreach (var entry in entries.OrderBy(entry => entry.Tag))
        {
            var value = entry.Directory is { } directory ? Write(directory, tailPlace + (uint)tail.Length) : entry.Value;
            var count = entry.Directory is null ? value.Length / TypeSize(entry.Type) : 1;
            head.Write(Number((uint)entry.Tag, 2));
            head.Write(Number((uint)entry.Type, 2));
            head.Write(Number((uint)count, 4));
            if (entry.Directory is null && value.Length <= InlineLength)
                head.Write([.. value, .. new byte[InlineLength - value.Length]]);
            else
            {
                head.Write(Number(tailPlace + (uint)tail.Length, 4));
                tail.Write(value);
                tail.Write(new byte[value.Length % 2]);
            }
        }

        head.Write(Number(0, 4));
        tail.WriteTo(head);
        return head.ToArray();
    }

    /// <summary>A number of 2 or 4 bytes.</summary>
    public byte[] Number(uint value, int size)
    {
        var bytes = new byte[size];
        Write(bytes, value);
        return bytes;
    }

    private void Write(Span<byte> bytes, uint value)
    {
        if (bytes.Length == 2 && littleEndian)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        else if (bytes.Length == 2)
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        else if (littleEndian)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
    }

    private byte[] InOrder(byte[] bytes, int element, bool fromLittleEndian)
    {
        if (fromLittleEndian != littleEndian)
            for (var at = 0; at + element <= bytes.Length; at += element)
                bytes.AsSpan(at, element).Reverse();
        return bytes;
    }

    // What is turned round with the byte order; numbers of BigTIFF have no place in a classic file.
    private static int ElementSize(TiffType type) => type switch
    {
        TiffType.RATIONAL or TiffType.SRATIONAL => 4,
        TiffType.LONG8 or TiffType.SLONG8 or TiffType.IFD8 => 0,
        _ => TypeSize(type),
    };

    private static int TypeSize(TiffType type) => TiffDirectory.SizeOf(type);
}

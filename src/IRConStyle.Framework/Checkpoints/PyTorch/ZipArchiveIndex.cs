using System.Buffers.Binary;
using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>
/// The records of a zip archive (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT): stored, as torch.save writes
/// them, so that a record's bytes are a range of the file; or deflated, as they are after someone packed them anew. Archives
/// beyond 4 GB are read.
/// </summary>
internal sealed class ZipArchiveIndex
{
    private const int EndSize = 22;
    private const int LocalSize = 30;
    private const int DirectoryLimit = 64 << 20;
    private const int Stored = 0;
    private const int Deflated = 8;

    private readonly CheckpointData _data;
    private readonly Dictionary<string, ZipRecord> _records = new(StringComparer.Ordinal);

    private ZipArchiveIndex(CheckpointData data) => _data = data;

    /// <summary>The names of the records.</summary>
    public IReadOnlyCollection<string> Names => _records.Keys;

    /// <summary>Reads the directory at the file's end.</summary>
    /// <exception cref="CheckpointProblem">There is none, or it is malformed.</exception>
    public static ZipArchiveIndex Read(CheckpointData data)
    {
        var (start, size, count) = FindDirectory(data);
        if (start < 0 || size < 0 || size > DirectoryLimit || start > data.Length - size)
            throw CheckpointProblem.Malformed($"its zip directory claims bytes {start} to {start + size} of {data.Length}");
        var directory = new byte[size];
        data.ReadExactly(start, directory);
        var index = new ZipArchiveIndex(data);
        var rest = directory.AsSpan();
        for (long i = 0; i < count; i++)
            rest = rest[index.AddRecord(rest)..];
        return index;
    }

    /// <summary>A record's bytes; null when there is no such record.</summary>
    /// <exception cref="CheckpointProblem">The record lies outside of the file, or is packed in an unknown way.</exception>
    public ByteRange? Find(string name)
    {
        if (!_records.TryGetValue(name, out var record))
            return null;
        if (record.IsEncrypted || record.Method is not (Stored or Deflated))
            throw new CheckpointProblem(
                $"is a zip archive whose record {name} is {(record.IsEncrypted ? "encrypted" : $"compressed by method {record.Method}, which is not read")}",
                "Unpack the archive and pack its folder again without compression.");
        if (record.Header < 0 || record.Header > _data.Length - LocalSize)
            throw CheckpointProblem.Malformed($"its record {name} begins at byte {record.Header} of {_data.Length}");
        Span<byte> header = stackalloc byte[LocalSize];
        _data.ReadExactly(record.Header, header);
        if (!header.StartsWith("PK\x03\x04"u8))
            throw CheckpointProblem.Malformed($"its record {name} does not begin where the zip directory says");
        var start = record.Header + LocalSize + UInt16(header[26..]) + UInt16(header[28..]);
        if (record.Packed < 0 || start > _data.Length - record.Packed)
            throw CheckpointProblem.Malformed($"its record {name} claims {record.Packed} bytes from byte {start} of {_data.Length}");
        if (record.Method == Stored && record.Packed == record.Length)
            return new ByteRange(_data, start, record.Length);
        if (record.Method == Stored || record.Length < 0 || record.Length / InflatedRecord.MostPerByte > record.Packed)
            throw CheckpointProblem.Malformed($"its record {name} claims that {record.Packed} bytes stand for {record.Length}");
        return new ByteRange(new InflatedRecord(_data, name, (start, record.Packed), record.Length, record.Checksum), 0, record.Length);
    }

    private static (long Start, long Size, long Count) FindDirectory(CheckpointData data)
    {
        var tail = new byte[Math.Min(data.Length, EndSize + ushort.MaxValue)];
        data.ReadExactly(data.Length - tail.Length, tail);
        for (var at = tail.Length - EndSize; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (!end.StartsWith("PK\x05\x06"u8) || UInt16(end[20..]) != end.Length - EndSize)
                continue;
            var (count, size, start) = (UInt16(end[10..]), UInt32(end[12..]), UInt32(end[16..]));
            return count == ushort.MaxValue || size == uint.MaxValue || start == uint.MaxValue
                ? FindLargeDirectory(data, data.Length - tail.Length + at) ?? (start, size, count)
                : (start, size, count);
        }

        throw CheckpointProblem.Malformed("it begins as a zip archive but has no zip directory; it was probably cut short");
    }

    // The zip64 locator lies right before the end record and points to a larger one.
    private static (long Start, long Size, long Count)? FindLargeDirectory(CheckpointData data, long end)
    {
        const int locatorSize = 20, recordSize = 56;
        if (end < locatorSize)
            return null;
        Span<byte> record = stackalloc byte[recordSize];
        data.ReadExactly(end - locatorSize, record[..locatorSize]);
        if (!record.StartsWith("PK\x06\x07"u8))
            return null;
        var at = BinaryPrimitives.ReadInt64LittleEndian(record[8..]);
        if (at < 0 || at > end - recordSize)
            throw CheckpointProblem.Malformed($"its zip64 directory claims byte {at} of {data.Length}");
        data.ReadExactly(at, record);
        if (!record.StartsWith("PK\x06\x06"u8))
            throw CheckpointProblem.Malformed("its zip64 directory does not begin where it should");
        return (BinaryPrimitives.ReadInt64LittleEndian(record[48..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[32..]));
    }

    private int AddRecord(ReadOnlySpan<byte> rest)
    {
        const int fixedSize = 46;
        if (rest.Length < fixedSize || !rest.StartsWith("PK\x01\x02"u8))
            throw CheckpointProblem.Malformed("its zip directory ends too soon");
        int nameLength = UInt16(rest[28..]), extraLength = UInt16(rest[30..]);
        var total = fixedSize + nameLength + extraLength + UInt16(rest[32..]);
        if (total > rest.Length)
            throw CheckpointProblem.Malformed("its zip directory ends too soon");

        var name = Encoding.UTF8.GetString(rest.Slice(fixedSize, nameLength));
        long stored = UInt32(rest[20..]), length = UInt32(rest[24..]), header = UInt32(rest[42..]);
        ReadLarge(rest.Slice(fixedSize + nameLength, extraLength), ref length, ref stored, ref header);
        var record = new ZipRecord(header, stored, length, UInt16(rest[10..]), UInt32(rest[16..]), (UInt16(rest[8..]) & 1) != 0);
        if (!_records.TryAdd(name, record))
            throw CheckpointProblem.Malformed($"it has two records {name}");
        return total;
    }

    // Zip64: what is too large for its field stands in an extra one, in this order.
    private static void ReadLarge(ReadOnlySpan<byte> extra, ref long length, ref long stored, ref long header)
    {
        while (extra.Length >= 4)
        {
            int kind = UInt16(extra), size = UInt16(extra[2..]);
            if (size > extra.Length - 4)
                return;
            if (kind == 1)
            {
                var values = extra.Slice(4, size);
                Replace(ref length, ref values);
                Replace(ref stored, ref values);
                Replace(ref header, ref values);
                return;
            }

            extra = extra[(4 + size)..];
        }

        static void Replace(ref long field, ref ReadOnlySpan<byte> values)
        {
            if (field != uint.MaxValue || values.Length < 8)
                return;
            field = BinaryPrimitives.ReadInt64LittleEndian(values);
            values = values[8..];
        }
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private readonly record struct ZipRecord(long Header, long Packed, long Length, int Method, uint Checksum, bool IsEncrypted);
}

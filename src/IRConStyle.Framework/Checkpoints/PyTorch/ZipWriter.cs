using System.Buffers.Binary;
using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>Writes zip archives of stored records whose bytes begin at multiples of 64, as torch.save does.</summary>
/// <param name="output">Receives the archive; stands at its beginning and tells its position.</param>
internal sealed class ZipWriter(Stream output)
{
    private const int Alignment = 64;
    private const ushort FirstDay = 0x21; // 1 January 1980: archives of the same weights are the same
    private const ushort Utf8Names = 0x800;

    private readonly List<(byte[] Name, uint Checksum, long Length, long Header)> _records = [];

    /// <summary>Writes a record's header; its bytes follow through <see cref="Write"/>.</summary>
    public void Begin(string name, uint checksum, long length)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        _records.Add((bytes, checksum, length, output.Position));
        var isLarge = length >= uint.MaxValue;
        var large = isLarge ? 20 : 0;
        // Padding is an extra field, whose own head takes four bytes.
        var unpadded = output.Position + 30 + bytes.Length + large + 4;
        var padding = (int)((Alignment - (unpadded % Alignment)) % Alignment);

        var header = new Fields(30 + bytes.Length + large + 4 + padding);
        header.Add32(0x04034b50);
        AddCommon(header, bytes, checksum, length, isLarge, (ushort)(large + 4 + padding));
        header.Add(bytes);
        if (isLarge)
            AddLarge(header, length, length);
        header.Add16(0x4246); // "FB", as torch names it
        header.Add16((ushort)padding);
        Write(header.Bytes);
    }

    /// <summary>Writes bytes of the record begun last.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => output.Write(bytes);

    /// <summary>Writes the directory.</summary>
    public void Finish()
    {
        var start = output.Position;
        foreach (var (name, checksum, length, header) in _records)
        {
            var isLarge = length >= uint.MaxValue || header >= uint.MaxValue;
            var fields = new Fields(46 + name.Length + (isLarge ? 28 : 0));
            fields.Add32(0x02014b50);
            fields.Add16(Version(isLarge));
            AddCommon(fields, name, checksum, length, isLarge, (ushort)(isLarge ? 28 : 0));
            fields.Add(new byte[10]); // no comment, disk 0, no attributes
            fields.Add32(isLarge ? uint.MaxValue : (uint)header);
            fields.Add(name);
            if (isLarge)
                AddLarge(fields, length, length, header);
            Write(fields.Bytes);
        }

        WriteEnd(start, output.Position - start);
    }

    private void WriteEnd(long start, long size)
    {
        var isLarge = output.Position >= uint.MaxValue || _records.Count >= ushort.MaxValue;
        var fields = new Fields((isLarge ? 76 : 0) + 22);
        if (isLarge)
        {
            fields.Add32(0x06064b50);
            fields.Add64(44);
            fields.Add16(45);
            fields.Add16(45);
            fields.Add64(0);
            fields.Add64(_records.Count);
            fields.Add64(_records.Count);
            fields.Add64(size);
            fields.Add64(start);
            fields.Add32(0x07064b50);
            fields.Add32(0);
            fields.Add64(output.Position);
            fields.Add32(1);
        }

        fields.Add32(0x06054b50);
        fields.Add32(0);
        fields.Add16(isLarge ? ushort.MaxValue : (ushort)_records.Count);
        fields.Add16(isLarge ? ushort.MaxValue : (ushort)_records.Count);
        fields.Add32(isLarge ? uint.MaxValue : (uint)size);
        fields.Add32(isLarge ? uint.MaxValue : (uint)start);
        Write(fields.Bytes);
    }

    // What a record's own header and its line in the directory have in common.
    private static void AddCommon(Fields fields, byte[] name, uint checksum, long length, bool isLarge, ushort extra)
    {
        fields.Add16(Version(isLarge));
        fields.Add16(Utf8Names);
        fields.Add16(0);
        fields.Add16(0);
        fields.Add16(FirstDay);
        fields.Add32(checksum);
        fields.Add32(isLarge ? uint.MaxValue : (uint)length);
        fields.Add32(isLarge ? uint.MaxValue : (uint)length);
        fields.Add16((ushort)name.Length);
        fields.Add16(extra);
    }

    private static void AddLarge(Fields fields, params long[] values)
    {
        fields.Add16(1);
        fields.Add16((ushort)(values.Length * sizeof(long)));
        foreach (var value in values)
            fields.Add64(value);
    }

    private static ushort Version(bool isLarge) => isLarge ? (ushort)45 : (ushort)20;

    /// <summary>Little-endian fields one after the other; what is not added stays zero.</summary>
    private sealed class Fields(int size)
    {
        private int _next;

        public byte[] Bytes { get; } = new byte[size];

        public void Add(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Next(bytes.Length));

        public void Add16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Next(2), value);

        public void Add32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Next(4), value);

        public void Add64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Next(8), value);

        private Span<byte> Next(int count) => Bytes.AsSpan((_next += count) - count, count);
    }
}

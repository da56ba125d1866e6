using System.Buffers.Binary;
using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>Part of a source read forward through a small buffer, so that data behind a pickle need not be in memory.</summary>
/// <param name="data">The file, or a record of it.</param>
/// <param name="start">First byte of the part.</param>
/// <param name="end">One past its last byte.</param>
internal sealed class PickleInput(ByteSource data, long start, long end)
{
    private const int LineLimit = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[1 << 14];
    private int _used;
    private int _filled;
    private long _next = start;

    /// <summary>The place in the file of the next byte.</summary>
    public long Position => _next - (_filled - _used);

    public byte ReadByte() => Take(1)[0];

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public double ReadBigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>Reads bytes; what a length field claims is compared with what there is before memory is taken.</summary>
    public byte[] ReadBytes(long count)
    {
        if (count < 0 || count > end - Position)
            throw CheckpointProblem.Malformed($"it claims {count} bytes of text at byte {Position}, {end - Position} are left");
        var bytes = new byte[count];
        var buffered = (int)Math.Min(count, _filled - _used);
        _buffer.AsSpan(_used, buffered).CopyTo(bytes);
        _used += buffered;
        data.ReadExactly(_next, bytes.AsSpan(buffered));
        _next += count - buffered;
        return bytes;
    }

    public string ReadUtf8(long count)
    {
        var bytes = ReadBytes(count);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw CheckpointProblem.Malformed($"a text before byte {Position} is no UTF-8");
        }
    }

    /// <summary>Reads ASCII up to a line feed, which is not part of the result.</summary>
    public string ReadLine()
    {
        var line = new StringBuilder();
        for (var value = ReadByte(); value != '\n'; value = ReadByte())
        {
            if (value >= 0x80 || line.Length == LineLimit)
                throw CheckpointProblem.Malformed($"the line at byte {Position} is no name or number");
            line.Append((char)value);
        }

        return line.ToString();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_filled - _used < count)
            Refill(count);
        var taken = _buffer.AsSpan(_used, count);
        _used += count;
        return taken;
    }

    private void Refill(int count)
    {
        var kept = _filled - _used;
        _buffer.AsSpan(_used, kept).CopyTo(_buffer);
        (_used, _filled) = (0, kept);
        var more = (int)Math.Min(_buffer.Length - kept, end - _next);
        if (kept + more < count)
            throw CheckpointProblem.Malformed($"it ends at byte {end}, in the middle of its description");
        data.ReadExactly(_next, _buffer.AsSpan(kept, more));
        _next += more;
        _filled += more;
    }
}

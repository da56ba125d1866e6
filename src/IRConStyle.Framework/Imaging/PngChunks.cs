using System.Buffers.Binary;
using IRConStyle.Framework.Numerics;

namespace IRConStyle.Framework.Imaging;

/// <summary>Writes what it is given as a row of chunks of one type (PNG, section 5.3).</summary>
/// <param name="target">Takes the chunks; stays open.</param>
/// <param name="type">Four letters.</param>
internal sealed class PngChunks(Stream target, ReadOnlySpan<byte> type) : Stream
{
    private const int ChunkLength = 1 << 20;

    private readonly byte[] _type = type.ToArray();
    private readonly byte[] _buffer = new byte[ChunkLength];
    private int _filled;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes one chunk.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(type, data));
        stream.Write(number);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var part = buffer[..Math.Min(buffer.Length, _buffer.Length - _filled)];
            part.CopyTo(_buffer.AsSpan(_filled));
            _filled += part.Length;
            buffer = buffer[part.Length..];
            if (_filled == _buffer.Length)
                Empty();
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _filled > 0)
            Empty();
        base.Dispose(disposing);
    }

    private void Empty()
    {
        Write(target, _type, _buffer.AsSpan(0, _filled));
        _filled = 0;
    }
}

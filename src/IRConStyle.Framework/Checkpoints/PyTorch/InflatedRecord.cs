using System.IO.Compression;
using IRConStyle.Framework.Numerics;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>
/// A deflated record of a zip archive, unpacked while it is read. Who reads all of it in turn takes no memory; for who reads
/// parts of it the whole record is kept, so that the work stays in proportion to its length. Either way its checksum is
/// compared, but of parts of records too large to be kept.
/// </summary>
/// <param name="file">The archive.</param>
/// <param name="name">The record's name, for messages.</param>
/// <param name="packed">Where its packed bytes lie.</param>
/// <param name="length">How many bytes they unpack to.</param>
/// <param name="checksum">CRC-32 of what they unpack to.</param>
internal sealed class InflatedRecord(CheckpointData file, string name, (long Start, long Length) packed, long length, uint checksum) : ByteSource
{
    /// <summary>No byte of a deflated stream stands for more than these.</summary>
    public const long MostPerByte = 1032;

    private const long KeptLimit = 1 << 30;

    /// <summary>Tensors are filled in pieces of at least so many bytes when they are large.</summary>
    private const int PieceBytes = 64 << 20;
    private const int RestartLimit = 64;

    private readonly Lock _reading = new();
    private Stream? _stream;
    private long _position;
    private uint _checksum = ~0u;
    private int _restarts;
    private byte[]? _kept;

    public override string FilePath => file.FilePath;

    public override long Length => length;

    public override void ReadExactly(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset > length - buffer.Length)
            throw new EndOfStreamException($"its record {name} ends at byte {length}, before what it should hold");
        lock (_reading)
        {
            var isInTurn = offset == _position && (buffer.Length == length - offset || buffer.Length >= PieceBytes);
            if (_kept is null && !isInTurn && length <= KeptLimit)
                _kept = UnpackAll();
            if (_kept is not null)
            {
                _kept.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
                return;
            }

            if (offset < _position)
                Restart();
            Skip(offset);
            Unpack(buffer);
        }
    }

    private byte[] UnpackAll()
    {
        Restart();
        var all = new byte[length];
        Unpack(all);
        return all;
    }

    private void Restart()
    {
        if (_stream is not null && ++_restarts > RestartLimit)
            throw new InvalidDataException($"its compressed record {name} is read in too many places");
        (_stream, _position, _checksum) = (null, 0, ~0u);
    }

    private void Skip(long offset)
    {
        Span<byte> passed = stackalloc byte[4096];
        while (_position < offset)
            Unpack(passed[..(int)Math.Min(passed.Length, offset - _position)]);
    }

    private void Unpack(Span<byte> buffer)
    {
        _stream ??= new DeflateStream(new Packed(file, packed.Start, packed.Length), CompressionMode.Decompress);
        try
        {
            _stream.ReadExactly(buffer);
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException)
        {
            throw new InvalidDataException($"its compressed record {name} cannot be unpacked", exception);
        }

        _position += buffer.Length;
        _checksum = Crc32.Add(_checksum, buffer);
        if (_position == length && ~_checksum != checksum)
            throw new InvalidDataException($"its compressed record {name} has another checksum than it should");
    }

    /// <summary>The packed bytes as a stream.</summary>
    private sealed class Packed(CheckpointData file, long start, long length) : Stream
    {
        private long _next;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position
        {
            get => _next;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, length - _next);
            file.ReadExactly(start + _next, buffer[..count]);
            _next += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

using System.Buffers.Binary;
using IRConStyle.Framework.Numerics;
using System.Text;

namespace IRConStyle.Framework.Imaging;

/// <summary>Walks a PNG's chunks without reading its pixels: the orientation may stand before or behind them.</summary>
internal static class PngHeader
{
    private const int HeaderLength = 13, ChunkFrame = 8, ChecksumLength = 4;

    /// <summary>The upright image's size.</summary>
    /// <param name="source">The file, for messages and the limit.</param>
    /// <param name="stream">The content from its beginning; seekable.</param>
    public static (int Width, int Height) ReadSize(ImageSource source, Stream stream)
    {
        stream.Position = PngFormat.Signature.Length;
        Span<byte> frame = stackalloc byte[ChunkFrame];
        Span<byte> header = stackalloc byte[HeaderLength];
        if (stream.ReadAtLeast(frame, ChunkFrame, throwOnEndOfStream: false) < ChunkFrame)
            throw source.Truncated();
        if (!frame[4..].SequenceEqual("IHDR"u8))
            throw source.Damaged("it does not begin with a header");
        if (BinaryPrimitives.ReadUInt32BigEndian(frame) != HeaderLength)
            throw source.Damaged("its header has the wrong length");
        if (stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
            throw source.Truncated();
        source.CheckSize(BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
        return Orientation.SizeOf(
            BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]), ReadOrientation(stream));
    }

    /// <summary>The orientation that the intact chunks tell, as the decoder takes it.</summary>
    private static int ReadOrientation(Stream stream)
    {
        var metadata = new PngMetadata();
        Span<byte> frame = stackalloc byte[ChunkFrame];
        stream.Position += ChecksumLength;
        while (stream.ReadAtLeast(frame, ChunkFrame, throwOnEndOfStream: false) == ChunkFrame && !frame[4..].SequenceEqual("IEND"u8))
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(frame);
            var end = stream.Position + length + ChecksumLength;
            if (PngMetadata.MayTurn(frame[4..]) && length <= IccProfile.LargestSize && end <= stream.Length)
            {
                var chunk = new byte[length + ChecksumLength];
                stream.ReadExactly(chunk);
                var data = chunk.AsSpan(0, (int)length);
                if (BinaryPrimitives.ReadUInt32BigEndian(chunk.AsSpan((int)length)) == Crc32.Of(frame[4..], data))
                    metadata.Add(Encoding.Latin1.GetString(frame[4..]), data);
            }

            if (end >= stream.Length)
                break;
            stream.Position = end;
        }

        return metadata.Value.Orientation;
    }
}

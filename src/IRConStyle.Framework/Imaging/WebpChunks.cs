using System.Buffers.Binary;
using System.Text;

namespace IRConStyle.Framework.Imaging;

/// <summary>The chunks of a WebP's RIFF container (RFC 9649).</summary>
internal static class WebpChunks
{
    private const int FileHeader = 12, ChunkHeader = 8;

    /// <summary>Lists chunks of some names; what breaks off is left out.</summary>
    /// <param name="stream">The file from its beginning; seekable.</param>
    /// <param name="names">The names whose data is wanted.</param>
    public static IEnumerable<(string Name, byte[] Data)> Read(Stream stream, IReadOnlyCollection<string> names)
    {
        var head = new byte[ChunkHeader];
        for (var position = (long)FileHeader; position + ChunkHeader <= stream.Length;)
        {
            stream.Position = position;
            stream.ReadExactly(head);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(4));
            if (length > stream.Length - stream.Position)
                yield break;
            var name = Encoding.Latin1.GetString(head, 0, 4);
            if (names.Contains(name))
            {
                var data = new byte[length];
                stream.ReadExactly(data);
                yield return (name, data);
            }

            position += ChunkHeader + length + (length & 1);
        }
    }
}

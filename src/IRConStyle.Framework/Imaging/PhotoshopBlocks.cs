using System.Buffers.Binary;

namespace IRConStyle.Framework.Imaging;

/// <summary>Photoshop's image resource blocks, of which one holds IPTC-IIM records.</summary>
internal static class PhotoshopBlocks
{
    private const ushort IptcId = 0x0404;
    private const byte RecordMark = 0x1C;

    /// <summary>Finds the IPTC records.</summary>
    /// <param name="blocks">Resource blocks, with or without the mark of their JPEG segment, or the records themselves.</param>
    /// <returns>The records; null when there are none.</returns>
    public static byte[]? Iptc(ReadOnlySpan<byte> blocks)
    {
        if (blocks.StartsWith(JpegSegments.PhotoshopMark))
            blocks = blocks[JpegSegments.PhotoshopMark.Length..];
        if (blocks.Length > 0 && blocks[0] == RecordMark)
            return blocks.ToArray();
        // Signature, number, a name of padded length, the data's length and the data, padded.
        while (blocks.Length >= 12 && blocks.StartsWith("8BIM"u8))
        {
            var id = BinaryPrimitives.ReadUInt16BigEndian(blocks[4..]);
            var at = 6 + (blocks[6] + 2) / 2 * 2;
            if (at + 4 > blocks.Length)
                return null;
            var length = BinaryPrimitives.ReadUInt32BigEndian(blocks[at..]);
            at += 4;
            if (length > blocks.Length - at)
                return null;
            if (id == IptcId)
                return blocks.Slice(at, (int)length).ToArray();
            blocks = blocks[Math.Min(blocks.Length, at + ((int)length + 1) / 2 * 2)..];
        }

        return null;
    }

    /// <summary>The block that holds IPTC records.</summary>
    public static byte[] OfIptc(byte[] records)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, records.Length);
        return [.. "8BIM"u8, IptcId >> 8, IptcId & 0xFF, 0, 0, .. length, .. records, .. new byte[records.Length % 2]];
    }
}

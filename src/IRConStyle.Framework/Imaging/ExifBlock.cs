using System.Buffers.Binary;

namespace IRConStyle.Framework.Imaging;

/// <summary>An EXIF block (EXIF 2.32): a small TIFF whose first directory tells the orientation.</summary>
internal static class ExifBlock
{
    private const ushort OrientationTag = 274;
    private const int HeaderLength = 8, EntryLength = 12;

    /// <summary>Finds the orientation.</summary>
    /// <param name="exif">The block from its byte-order mark (<c>II</c> or <c>MM</c>) on; null for none.</param>
    /// <returns>1 to 8; null when absent or unreadable, since a damaged note must not cost the image.</returns>
    public static int? OrientationOf(ReadOnlySpan<byte> exif)
    {
        if (exif.Length < HeaderLength + 6 || !(exif.StartsWith("II"u8) || exif.StartsWith("MM"u8)))
            return null;
        var little = exif[0] == (byte)'I';
        var offset = little ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        if (offset > exif.Length - 2)
            return null;
        var count = Short(exif[(int)offset..], little);
        var entries = exif[((int)offset + 2)..];
        for (var i = 0; i < count && entries.Length >= EntryLength; i++, entries = entries[EntryLength..])
            if (Short(entries, little) == OrientationTag)
                return Short(entries[8..], little) is >= 1 and <= 8 and var value ? value : null;
        return null;
    }

    /// <summary>A block that tells nothing but an orientation.</summary>
    public static byte[] OfOrientation(int orientation)
        => [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    private static ushort Short(ReadOnlySpan<byte> bytes, bool little)
        => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}

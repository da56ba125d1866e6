using System.Buffers.Binary;

namespace IRConStyle.Framework.Imaging;

/// <summary>
/// An EXIF block (EXIF 2.32), a small TIFF. It is changed in place: makers' notes tell places within the block, which would
/// no longer fit if it were put together anew.
/// </summary>
internal static class ExifBlock
{
    private const ushort OrientationTag = 274, ExifTag = 34665, WidthTag = 40962, HeightTag = 40963;
    private const ushort ShortType = 3, LongType = 4;
    private const int HeaderLength = 8, EntryLength = 12;

    /// <summary>Finds the orientation.</summary>
    /// <param name="exif">The block from its byte-order mark (<c>II</c> or <c>MM</c>) on; null for none.</param>
    /// <returns>1 to 8; null when absent or unreadable, since a damaged note must not cost the image.</returns>
    public static int? OrientationOf(ReadOnlySpan<byte> exif)
    {
        foreach (var entry in Entries(exif, FirstDirectory(exif)))
            if (Short(exif, entry) == OrientationTag)
                return Short(exif, entry + 8) is >= 1 and <= 8 and var value ? value : null;
        return null;
    }

    /// <summary>
    /// The block of pixels that have been turned: orientation 1, the size as it is now, and no thumbnail, which would still
    /// show what was read.
    /// </summary>
    public static byte[] Upright(byte[] exif, int width, int height)
    {
        var upright = (byte[])exif.Clone();
        var first = FirstDirectory(exif);
        var entries = Entries(exif, first);
        foreach (var entry in entries)
        {
            var tag = Short(exif, entry);
            if (tag == OrientationTag)
                Write(upright, entry, 1);
            else if (tag == ExifTag && Long(exif, entry + 8) is <= int.MaxValue and var place)
                foreach (var inner in Entries(exif, (int)place))
                    if (Short(exif, inner) is (WidthTag or HeightTag) and var side)
                        Write(upright, inner, side == WidthTag ? width : height);
        }

        var link = first + 2 + entries.Count * EntryLength;
        if (entries.Count > 0 && link + 4 <= upright.Length)
            upright.AsSpan(link, 4).Clear();
        return upright;
    }

    private static bool IsLittleEndian(ReadOnlySpan<byte> exif) => exif[0] == (byte)'I';

    private static int FirstDirectory(ReadOnlySpan<byte> exif)
        => exif.Length >= HeaderLength && (exif.StartsWith("II"u8) || exif.StartsWith("MM"u8)) && Long(exif, 4) is <= int.MaxValue and var place ? (int)place : -1;

    /// <summary>The places of a directory's entries, as far as they lie within the block.</summary>
    private static List<int> Entries(ReadOnlySpan<byte> exif, int directory)
    {
        var entries = new List<int>();
        if (directory < HeaderLength || directory > exif.Length - 2)
            return entries;
        var count = Short(exif, directory);
        for (var entry = directory + 2; entries.Count < count && entry + EntryLength <= exif.Length; entry += EntryLength)
            entries.Add(entry);
        return entries;
    }

    private static void Write(Span<byte> exif, int entry, int value)
    {
        var little = IsLittleEndian(exif);
        var target = exif[(entry + 8)..];
        if (Short(exif, entry + 2) == ShortType && little)
            BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)Math.Min(value, ushort.MaxValue));
        else if (Short(exif, entry + 2) == ShortType)
            BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)Math.Min(value, ushort.MaxValue));
        else if (Short(exif, entry + 2) == LongType && little)
            BinaryPrimitives.WriteInt32LittleEndian(target, value);
        else if (Short(exif, entry + 2) == LongType)
            BinaryPrimitives.WriteInt32BigEndian(target, value);
    }

    private static ushort Short(ReadOnlySpan<byte> exif, int at)
        => IsLittleEndian(exif) ? BinaryPrimitives.ReadUInt16LittleEndian(exif[at..]) : BinaryPrimitives.ReadUInt16BigEndian(exif[at..]);

    private static uint Long(ReadOnlySpan<byte> exif, int at)
        => IsLittleEndian(exif) ? BinaryPrimitives.ReadUInt32LittleEndian(exif[at..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[at..]);
}

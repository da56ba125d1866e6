using System.Text;
using System.Text.RegularExpressions;

namespace IRConStyle.Framework.Imaging;

/// <summary>The one thing of an XMP packet (ISO 16684-1) that concerns the pixels.</summary>
internal static partial class XmpPacket
{
    /// <summary>Finds the orientation.</summary>
    /// <param name="packet">The packet, UTF-8; null for none.</param>
    /// <returns>1 to 8; null when the packet tells none.</returns>
    public static int? OrientationOf(byte[]? packet)
        => packet is not null && Find(packet) is { Success: true } match ? match.ValueSpan[0] - '0' : null;

    /// <summary>The packet of pixels that have been turned: the orientation it tells, if any, is 1.</summary>
    public static byte[] Upright(byte[] packet)
    {
        if (Find(packet) is not { Success: true } match)
            return packet;
        var upright = (byte[])packet.Clone();
        upright[match.Index] = (byte)'1';
        return upright;
    }

    // A letter for each byte, so that places are the same in both.
    private static Group Find(byte[] packet) => Orientation().Match(Encoding.Latin1.GetString(packet)).Groups["value"];

    // As an attribute or as an element; the prefix is that which everyone uses.
    [GeneratedRegex("""tiff:Orientation\s*(?:=\s*["']|>\s*)(?<value>[1-8])\s*["'<]""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Orientation();
}

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
        => packet is not null && Orientation().Match(Encoding.Latin1.GetString(packet)) is { Success: true } match ? match.Groups["value"].ValueSpan[0] - '0' : null;

    // As an attribute or as an element; the prefix is that which everyone uses.
    [GeneratedRegex("""tiff:Orientation\s*(?:=\s*["']|>\s*)(?<value>[1-8])\s*["'<]""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Orientation();
}

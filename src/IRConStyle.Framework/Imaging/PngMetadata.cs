using System.IO.Compression;
using System.Text;

namespace IRConStyle.Framework.Imaging;

/// <summary>Gathers what a PNG's chunks say beside the pixels.</summary>
internal sealed class PngMetadata
{
    private const string XmpKeyword = "XML:com.adobe.xmp", RawProfile = "Raw profile type ";

    private byte[]? _profile, _exif, _rawExif, _xmp, _rawXmp, _iptc;

    /// <summary>What has been gathered. Chunks made for a purpose go before text that carries the same.</summary>
    public ImageMetadata Value => new() { IccProfile = _profile, Exif = _exif ?? _rawExif, Xmp = _xmp ?? _rawXmp, Iptc = _iptc };

    /// <summary>How many pictures an animation has; 0 where there is none.</summary>
    public int Frames { get; private set; }

    /// <summary>Whether <see cref="Add"/> looks at chunks of a name.</summary>
    public static bool Knows(ReadOnlySpan<byte> name)
        => name.SequenceEqual("iCCP"u8) || name.SequenceEqual("eXIf"u8) || name.SequenceEqual("tEXt"u8) || name.SequenceEqual("zTXt"u8)
            || name.SequenceEqual("iTXt"u8) || name.SequenceEqual("acTL"u8);

    /// <summary>Takes a chunk; what cannot be read is passed over, since it must not cost the image.</summary>
    public void Add(string name, ReadOnlySpan<byte> data)
    {
        switch (name)
        {
            case "iCCP":
                _profile = Split(data, out _, out var profile) && profile.Length > 1 ? Inflate(profile[1..]) : null;
                break;
            case "eXIf":
                _exif = data.ToArray();
                break;
            case "acTL" when data.Length == 8:
                Frames = (int)Math.Min(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(data), int.MaxValue);
                break;
            case "tEXt" when Split(data, out var keyword, out var text):
                AddText(keyword, text.ToArray());
                break;
            case "zTXt" when Split(data, out var keyword, out var text) && text.Length > 1:
                AddText(keyword, Inflate(text[1..]));
                break;
            case "iTXt" when Split(data, out var keyword, out var rest) && rest.Length > 2:
                AddText(keyword, International(rest));
                break;
        }
    }

    private void AddText(string keyword, byte[]? text)
    {
        if (text is null)
            return;
        if (keyword == XmpKeyword)
            _xmp = text;
        else if (keyword.StartsWith(RawProfile, StringComparison.OrdinalIgnoreCase) && Unhex(text) is { } bytes)
            AddRaw(keyword[RawProfile.Length..], bytes);
    }

    // As ImageMagick and exiftool write them: what a JPEG's segment would hold, named after it or after its content.
    private void AddRaw(string kind, byte[] bytes)
    {
        var isXmp = JpegSegments.TryXmp(bytes, out var xmp);
        switch (kind.ToUpperInvariant())
        {
            case "XMP":
                _rawXmp = isXmp ? xmp : bytes;
                break;
            case "APP1" when isXmp:
                _rawXmp = xmp;
                break;
            case "EXIF" or "APP1":
                _rawExif = JpegSegments.TryExif(bytes, out var exif) ? exif : bytes;
                break;
            case "IPTC" or "8BIM":
                _iptc = PhotoshopBlocks.Iptc(bytes) ?? _iptc;
                break;
        }
    }

    /// <summary>A line with the kind, a line with the length, then lines of hexadecimal digits.</summary>
    private static byte[]? Unhex(byte[] text)
    {
        var parts = Encoding.Latin1.GetString(text).Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 3 || !int.TryParse(parts[1], out var length) || length < 0 || length > parts[2].Length / 2)
            return null;
        var bytes = new byte[length];
        var digits = 0;
        foreach (var letter in parts[2])
        {
            if (char.IsWhiteSpace(letter))
                continue;
            if (!char.IsAsciiHexDigit(letter))
                return null;
            if (digits / 2 == length)
                break;
            bytes[digits / 2] |= (byte)(Convert.ToByte(letter.ToString(), 16) << (digits % 2 == 0 ? 4 : 0));
            digits++;
        }

        return digits == 2 * length ? bytes : null;
    }

    private static byte[]? International(ReadOnlySpan<byte> data)
    {
        // Compressed or not, the method, a language and a translated keyword, each ended by zero.
        var isCompressed = data[0] != 0;
        var rest = data[2..];
        for (var field = 0; field < 2; field++)
        {
            var end = rest.IndexOf((byte)0);
            if (end < 0)
                return null;
            rest = rest[(end + 1)..];
        }

        return isCompressed ? Inflate(rest) : rest.ToArray();
    }

    private static bool Split(ReadOnlySpan<byte> data, out string keyword, out ReadOnlySpan<byte> rest)
    {
        var end = data.IndexOf((byte)0);
        keyword = end < 0 ? "" : Encoding.Latin1.GetString(data[..end]);
        rest = end < 0 ? [] : data[(end + 1)..];
        return end > 0;
    }

    private static byte[]? Inflate(ReadOnlySpan<byte> data)
    {
        try
        {
            using var stream = new ZLibStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
            using var content = new MemoryStream();
            var buffer = new byte[1 << 16];
            // A few kilobytes of a file could inflate to gigabytes.
            for (int read; (read = stream.Read(buffer)) > 0 && content.Length < IccProfile.LargestSize;)
                content.Write(buffer, 0, read);
            return content.Length < IccProfile.LargestSize ? content.ToArray() : null;
        }
        catch (InvalidDataException)
        {
            // What cannot be read says nothing about the samples, which are kept as they are.
            return null;
        }
    }
}

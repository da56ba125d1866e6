using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace IRConStyle.Framework.Imaging;

/// <summary>Gathers what a PNG's chunks say beside the pixels, and writes it.</summary>
internal sealed class PngMetadata
{
    private const string XmpKeyword = "XML:com.adobe.xmp", RawProfile = "Raw profile type ";
    private const double MetresPerCentimetre = 100;

    private static readonly HashSet<string> Colour = ["gAMA", "cHRM", "sRGB", "cICP", "mDCV", "cLLI"], Text = ["tEXt", "zTXt", "iTXt"];

    private readonly List<PngChunk> _chunks = [];
    private byte[]? _profile, _exif, _rawExif, _xmp, _rawXmp, _iptc;
    private ImageResolution? _resolution;

    /// <summary>What has been gathered. Chunks made for a purpose go before text that carries the same.</summary>
    public ImageMetadata Value => new()
    {
        IccProfile = _profile, Exif = _exif ?? _rawExif, Xmp = _xmp ?? _rawXmp, Iptc = _iptc, Resolution = _resolution, PngChunks = _chunks,
    };

    /// <summary>How many pictures an animation has; 0 where there is none.</summary>
    public int Frames { get; private set; }

    /// <summary>Whether chunks of a name may tell an orientation.</summary>
    public static bool MayTurn(ReadOnlySpan<byte> name)
        => name.SequenceEqual("eXIf"u8) || name.SequenceEqual("tEXt"u8) || name.SequenceEqual("zTXt"u8)
            || name.SequenceEqual("iTXt"u8);

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
                Frames = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(data), int.MaxValue);
                break;
            case "pHYs" when data.Length == 9:
                _resolution = Resolution(data);
                break;
            case var colour when Colour.Contains(colour):
                _chunks.Add(new PngChunk(name, data.ToArray()));
                break;
            case var text when Text.Contains(text) && Split(data, out var keyword, out var rest):
                if (keyword == XmpKeyword)
                    _xmp = TextOf(name, rest) ?? _xmp;
                else if (!keyword.StartsWith(RawProfile, StringComparison.OrdinalIgnoreCase))
                    _chunks.Add(new PngChunk(name, data.ToArray()));
                else if (TextOf(name, rest) is { } hex && Unhex(hex) is { } bytes)
                    AddRaw(keyword[RawProfile.Length..], bytes);
                break;
        }
    }

    /// <summary>Writes the chunks that stand before the pixels.</summary>
    public static void Write(Stream output, ImageMetadata metadata)
    {
        if (metadata.IccProfile is { } profile)
            PngChunks.Write(output, "iCCP"u8, [.. "ICC profile\0\0"u8, .. Deflate(profile)]);
        foreach (var (name, data) in metadata.PngChunks)
            PngChunks.Write(output, Encoding.ASCII.GetBytes(name), data);
        if (metadata.Resolution is { } resolution)
            PngChunks.Write(output, "pHYs"u8, Density(resolution));
        if (metadata.Exif is { } exif)
            PngChunks.Write(output, "eXIf"u8, exif);
        if (metadata.Xmp is { } xmp)
            PngChunks.Write(output, "iTXt"u8, [.. Encoding.ASCII.GetBytes(XmpKeyword), 0, 0, 0, 0, 0, .. xmp]);
        if (metadata.Iptc is { } iptc)
            PngChunks.Write(output, "zTXt"u8, [.. Encoding.ASCII.GetBytes(RawProfile + "iptc"), 0, 0, .. Deflate(Hex("iptc", PhotoshopBlocks.OfIptc(iptc)))]);
    }

    /// <summary>Notes what of a PNG no other format holds.</summary>
    public static void NoteLoss(ImageTarget target, ImageMetadata metadata)
    {
        var names = metadata.PngChunks.Select(chunk => chunk.Name).Distinct().ToList();
        // Samples without another word are taken for sRGB everywhere.
        if (metadata.IccProfile is null && !names.Contains("sRGB") && names.Where(Colour.Contains).ToList() is { Count: > 0 } colour)
            target.Note($"its colour chunks ({string.Join(", ", colour)}) were left out, which only PNG holds");
        if (names.Any(Text.Contains))
            target.Note("its text was left out, which only PNG holds in this form");
    }

    private static byte[]? TextOf(string name, ReadOnlySpan<byte> rest) => name switch
    {
        "tEXt" => rest.ToArray(),
        "zTXt" => rest.Length > 1 ? Inflate(rest[1..]) : null,
        _ => rest.Length > 2 ? International(rest) : null,
    };

    private static ImageResolution? Resolution(ReadOnlySpan<byte> data)
    {
        var (x, y) = ((double)BinaryPrimitives.ReadUInt32BigEndian(data), (double)BinaryPrimitives.ReadUInt32BigEndian(data[4..]));
        return data[8] == 1
            ? ImageResolution.Of(x / MetresPerCentimetre, y / MetresPerCentimetre, ResolutionUnit.Centimetre)?.In(ResolutionUnit.Inch)
            : ImageResolution.Of(x, y, ResolutionUnit.None);
    }

    private static byte[] Density(ImageResolution resolution)
    {
        var isKnown = resolution.Unit != ResolutionUnit.None;
        var (x, y, _) = resolution.In(ResolutionUnit.Centimetre);
        var scale = isKnown ? MetresPerCentimetre : 1;
        var data = new byte[9];
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)Math.Clamp(Math.Round(x * scale), 1, int.MaxValue));
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(4), (uint)Math.Clamp(Math.Round(y * scale), 1, int.MaxValue));
        data[8] = isKnown ? (byte)1 : (byte)0;
        return data;
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

    private static byte[] Hex(string kind, byte[] data)
    {
        const int DigitsPerLine = 72;
        var lines = Convert.ToHexStringLower(data).Chunk(DigitsPerLine).Select(line => new string(line));
        return Encoding.ASCII.GetBytes($"\n{kind}\n{data.Length,8}\n{string.Join('\n', lines)}\n");
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

    private static byte[] Deflate(byte[] content)
    {
        using var target = new MemoryStream();
        using (var stream = new ZLibStream(target, CompressionLevel.Optimal))
            stream.Write(content);
        return target.ToArray();
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace IRConStyle.Framework.Imaging;

/// <summary>
/// The portable any-maps of Netpbm (pbm, pgm and ppm of its manual), plain and raw, of any maximum up to 65535; read only. By own code,
/// since libraries swap the bytes of 16 bits.
/// </summary>
internal sealed class PnmFormat : IImageFormat
{
    // Comments may stand in a header, so its length has no bound of its own.
    private const int LongestHeader = 1 << 16;

    public string Name => "PNM";

    public IReadOnlyList<string> Extensions { get; } = [".pnm", ".pbm", ".pgm", ".ppm"];

    public bool CanWrite => false;

    // A letter and a digit alone would claim many a text: a number or a comment follows.
    public bool Recognises(ReadOnlySpan<byte> content)
    {
        if (content.Length < 3 || content[0] != 'P' || content[1] is < (byte)'1' or > (byte)'6')
            return false;
        var next = content[2..].IndexOfAnyExcept(PnmTokens.White);
        return content[2] == '#' || (next > 0 && (content[2 + next] == '#' || char.IsAsciiDigit((char)content[2 + next])));
    }

    public RasterImage Decode(ImageSource source)
    {
        var tokens = new PnmTokens(source, source.Content);
        var header = PnmHeader.Read(source, tokens);
        source.CheckSize(header.Width, header.Height);
        var count = checked(header.Width * header.Height * header.Channels);
        // What the file cannot hold is refused before memory is taken for it.
        if (header.BytesOf(count) > source.Content.Length - tokens.Position)
            throw source.Truncated();
        var samples = new byte[header.IsWide ? checked(count * 2) : count];
        var scale = new PnmScale(source, header);
        if (header.IsPlain)
            for (var i = 0; i < count; i++)
                scale.Put(samples, i, header.IsBitmap ? tokens.Bit() : tokens.Number());
        else
            ReadRaw(source.Content.AsSpan(tokens.Position), header, samples, scale);
        if (!header.IsPlain && source.Content.Length - tokens.Position > header.BytesOf(count) + 2)
            source.Note("first of several images, or followed by other data");
        return new RasterImage(header.Width, header.Height, header.Channels, header.IsWide ? 16 : 8, samples) { SourceFormat = Name, Notes = source.Notes };
    }

    public (int Width, int Height) ReadSize(ImageSource source, Stream stream)
    {
        var start = new byte[LongestHeader];
        var header = PnmHeader.Read(source, new PnmTokens(source, start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)]));
        source.CheckSize(header.Width, header.Height);
        return (header.Width, header.Height);
    }

    public void Encode(ImageTarget target, RasterImage image)
        => throw new NotSupportedException("PNM is only read.");

    private static void ReadRaw(ReadOnlySpan<byte> raw, PnmHeader header, byte[] samples, PnmScale scale)
    {
        var width = header.Width * header.Channels;
        for (var y = 0; y < header.Height; y++)
            for (var x = 0; x < width; x++)
                scale.Put(
                    samples,
                    y * width + x,
                    header.IsBitmap ? 1 & (raw[y * ((width + 7) / 8) + x / 8] >> (7 - x % 8))
                    : header.IsWide ? BinaryPrimitives.ReadUInt16BigEndian(raw[((y * width + x) * 2)..])
                    : raw[y * width + x]);
    }
}

/// <summary>What stands before the samples.</summary>
/// <param name="Kind">The digit after P: 1 to 3 plain, 4 to 6 raw, each bits, grey, RGB.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Maximum">The value of white, at most 65535.</param>
internal readonly record struct PnmHeader(int Kind, int Width, int Height, int Maximum)
{
    public bool IsPlain => Kind <= 3;

    public bool IsBitmap => Kind is 1 or 4;

    public bool IsWide => Maximum > byte.MaxValue;

    public int Channels => Kind is 3 or 6 ? 3 : 1;

    /// <summary>How many bytes so many samples take at least.</summary>
    public long BytesOf(int count)
        => Kind == 4 ? (long)((Width + 7) / 8) * Height
            : Kind == 1 ? count
            : IsPlain ? 2L * count - 1
            : IsWide ? 2L * count
            : count;

    public static PnmHeader Read(ImageSource source, PnmTokens tokens)
    {
        var kind = tokens.Kind();
        var (width, height) = (tokens.Number(), tokens.Number());
        var maximum = kind is 1 or 4 ? 1 : tokens.Number();
        if (maximum is < 1 or > ushort.MaxValue)
            throw source.Damaged($"its largest value is said to be {maximum}");
        tokens.EndHeader();
        return new PnmHeader(kind, width, height, maximum);
    }
}

/// <summary>Spreads values over all of 8 or 16 bits, rounded.</summary>
internal readonly struct PnmScale(ImageSource source, PnmHeader header)
{
    public void Put(byte[] samples, int index, int value)
    {
        if (value > header.Maximum)
            throw source.Damaged($"a value of {value} is above its largest one, {header.Maximum}");
        // In bitmaps 1 is black.
        if (header.IsBitmap)
            value = 1 - value;
        if (header.IsWide)
            MemoryMarshal.Cast<byte, ushort>(samples.AsSpan())[index] = (ushort)((value * 65535L + header.Maximum / 2) / header.Maximum);
        else
            samples[index] = (byte)((value * 255 + header.Maximum / 2) / header.Maximum);
    }
}

/// <summary>Reads numbers in digits, with white space and comments between them.</summary>
internal sealed class PnmTokens(ImageSource source, byte[] content)
{
    private const int MostDigits = 9;

    /// <summary>Blank, tab, line feed, vertical tab, form feed, carriage return.</summary>
    public static SearchValues<byte> White { get; } = SearchValues.Create(" \t\n\v\f\r"u8);

    public int Position { get; private set; }

    public int Kind()
    {
        Position = 2;
        return content[1] - '0';
    }

    public int Number()
    {
        Skip();
        var (value, start) = (0, Position);
        for (; Position < content.Length && char.IsAsciiDigit((char)content[Position]); Position++)
            value = Position - start < MostDigits ? value * 10 + content[Position] - '0' : throw source.Damaged("a number has too many digits");
        if (Position == content.Length && Position == start)
            throw source.Truncated();
        return Position > start ? value : throw source.Damaged("a number is expected where there is none");
    }

    /// <summary>A plain bitmap's digits need nothing between them.</summary>
    public int Bit()
    {
        Skip();
        if (Position == content.Length)
            throw source.Truncated();
        var digit = content[Position++];
        return digit is (byte)'0' or (byte)'1' ? digit - '0' : throw source.Damaged("a pixel is neither 0 nor 1");
    }

    /// <summary>One white character ends the header; what follows may look like white space and is none.</summary>
    public void EndHeader()
    {
        if (Position == content.Length)
            throw source.Truncated();
        if (!White.Contains(content[Position]))
            throw source.Damaged("its header does not end");
        Position++;
    }

    private void Skip()
    {
        while (Position < content.Length)
        {
            if (content[Position] == '#')
            {
                var line = content.AsSpan(Position).IndexOfAny((byte)'\n', (byte)'\r');
                Position = line < 0 ? content.Length : Position + line;
            }
            else if (!White.Contains(content[Position]))
                return;
            else
                Position++;
        }
    }
}

using System.Buffers.Binary;
using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>
/// One page of a TIFF as LibTiff.NET gets to see it: the file's bytes with a header and a directory of ours, which holds
/// nothing but what decoding the pixels takes, every value checked. The library takes memory for whatever a directory
/// claims and misreads BigTIFF; what it decodes is not its directory.
/// </summary>
internal sealed class TiffExtract : TiffStream
{
    private const int HeaderLength = 8;

    private static readonly TiffTag[] Passed =
    [
        TiffTag.FILLORDER, TiffTag.GROUP3OPTIONS, TiffTag.GROUP4OPTIONS, TiffTag.PREDICTOR, TiffTag.INKSET, TiffTag.EXTRASAMPLES,
        TiffTag.JPEGPROC, TiffTag.JPEGIFOFFSET, TiffTag.JPEGIFBYTECOUNT, TiffTag.JPEGRESTARTINTERVAL, TiffTag.JPEGQTABLES,
        TiffTag.JPEGDCTABLES, TiffTag.JPEGACTABLES, TiffTag.YCBCRSUBSAMPLING, TiffTag.YCBCRPOSITIONING,
    ];

    private readonly bool _littleEndian;
    private readonly byte[] _content, _header, _tail;
    private long _position;

    /// <summary>Prepares a page.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="file">Its directory.</param>
    /// <param name="layout">Its layout.</param>
    public TiffExtract(byte[] content, TiffFile file, TiffLayout layout)
    {
        (_content, _littleEndian) = (content, file.IsLittleEndian);
        // Directories begin at even places.
        var padding = content.Length % 2;
        _tail = [.. new byte[padding], .. Directory(Entries(file.Page, layout), (uint)content.Length + (uint)padding)];
        _header = [.. _littleEndian ? "II"u8 : "MM"u8, .. Number(42, 2), .. Number((uint)content.Length + (uint)padding, 4)];
    }

    /// <inheritdoc/>
    public override int Read(object clientData, byte[] buffer, int offset, int count)
    {
        var target = buffer.AsSpan(offset, count);
        while (target.Length > 0 && Piece(_position) is { Length: > 0 } piece)
        {
            piece = piece[..Math.Min(piece.Length, target.Length)];
            piece.CopyTo(target);
            target = target[piece.Length..];
            _position += piece.Length;
        }

        return count - target.Length;
    }

    /// <inheritdoc/>
    public override long Seek(object clientData, long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Size(clientData) + offset,
    };

    /// <inheritdoc/>
    public override long Size(object clientData) => (long)_content.Length + _tail.Length;

    /// <inheritdoc/>
    public override void Write(object clientData, byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Close(object clientData)
    {
    }

    private ReadOnlySpan<byte> Piece(long position) => position switch
    {
        < 0 => [],
        < HeaderLength => _header.AsSpan((int)position),
        _ when position < _content.Length => _content.AsSpan((int)position),
        _ when position < Size(this) => _tail.AsSpan((int)(position - _content.Length)),
        _ => [],
    };

    private List<(TiffTag Tag, TiffType Type, int Count, byte[] Value)> Entries(TiffDirectory page, TiffLayout layout)
    {
        var entries = new List<(TiffTag Tag, TiffType Type, int Count, byte[] Value)>();
        void Add(TiffTag tag, params long[] values) => entries.Add((tag, TiffType.LONG, values.Length, Numbers(values, 4)));
        void AddShort(TiffTag tag, params long[] values) => entries.Add((tag, TiffType.SHORT, values.Length, Numbers(values, 2)));

        Add(TiffTag.IMAGEWIDTH, layout.Width);
        Add(TiffTag.IMAGELENGTH, layout.Height);
        AddShort(TiffTag.BITSPERSAMPLE, layout.Bits);
        AddShort(TiffTag.COMPRESSION, (int)layout.Compression);
        AddShort(TiffTag.PHOTOMETRIC, (int)layout.Photometric);
        AddShort(TiffTag.SAMPLESPERPIXEL, layout.Samples);
        AddShort(TiffTag.PLANARCONFIG, (int)(layout.Planes == 1 ? PlanarConfig.CONTIG : PlanarConfig.SEPARATE));
        AddShort(TiffTag.SAMPLEFORMAT, (int)layout.Format);
        Add(layout.IsTiled ? TiffTag.TILEOFFSETS : TiffTag.STRIPOFFSETS, layout.Offsets);
        Add(layout.IsTiled ? TiffTag.TILEBYTECOUNTS : TiffTag.STRIPBYTECOUNTS, layout.Counts);
        if (layout.IsTiled)
        {
            Add(TiffTag.TILEWIDTH, layout.BlockWidth);
            Add(TiffTag.TILELENGTH, layout.BlockHeight);
        }
        else
            Add(TiffTag.ROWSPERSTRIP, layout.BlockHeight);

        const int MostValues = 16;
        foreach (var tag in Passed)
            if (page.Ints(tag, MostValues) is { Length: > 0 } values)
                (tag is TiffTag.JPEGIFOFFSET or TiffTag.JPEGIFBYTECOUNT or TiffTag.JPEGQTABLES or TiffTag.JPEGDCTABLES or TiffTag.JPEGACTABLES
                    or TiffTag.GROUP3OPTIONS or TiffTag.GROUP4OPTIONS ? (Action<TiffTag, long[]>)Add : AddShort)(tag, values);
        if (layout.Bits <= 16 && page.Ints(TiffTag.COLORMAP, 3 << layout.Bits) is { Length: > 0 } colours)
            AddShort(TiffTag.COLORMAP, colours);
        if (page.Bytes(TiffTag.JPEGTABLES) is { } tables)
            entries.Add((TiffTag.JPEGTABLES, TiffType.UNDEFINED, tables.Length, tables));
        foreach (var tag in new[] { TiffTag.YCBCRCOEFFICIENTS, TiffTag.REFERENCEBLACKWHITE })
            if (page.Reals(tag, MostValues) is { Length: > 0 } values)
                entries.Add((tag, TiffType.RATIONAL, values.Length, [.. values.SelectMany(Fraction)]));
        return [.. entries.OrderBy(entry => entry.Tag)];
    }

    private byte[] Directory(List<(TiffTag Tag, TiffType Type, int Count, byte[] Value)> entries, uint place)
    {
        using var head = new MemoryStream();
        using var values = new MemoryStream();
        var valuePlace = place + 2 + 12 * (uint)entries.Count + 4;
        head.Write(Number((uint)entries.Count, 2));
        foreach (var (tag, type, count, value) in entries)
        {
            head.Write(Number((uint)tag, 2));
            head.Write(Number((uint)type, 2));
            head.Write(Number((uint)count, 4));
            if (value.Length > 4)
            {
                head.Write(Number(valuePlace + (uint)values.Length, 4));
                values.Write(value);
                values.Write(new byte[value.Length % 2]);
            }
            else
                head.Write([.. value, .. new byte[4 - value.Length]]);
        }

        head.Write(Number(0, 4));
        values.WriteTo(head);
        return head.ToArray();
    }

    // The fields so written hold small decimal numbers.
    private byte[] Fraction(double value)
    {
        const int Denominator = 10_000;
        return Numbers([(long)Math.Clamp(Math.Round(value * Denominator), 0, uint.MaxValue), Denominator], 4);
    }

    private byte[] Number(uint value, int size) => Numbers([value], size);

    private byte[] Numbers(ReadOnlySpan<long> values, int size)
    {
        var bytes = new byte[values.Length * size];
        for (var i = 0; i < values.Length; i++)
            Write(bytes.AsSpan(i * size, size), (uint)values[i]);
        return bytes;
    }

    private void Write(Span<byte> bytes, uint value)
    {
        if (bytes.Length == 2 && _littleEndian)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        else if (bytes.Length == 2)
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        else if (_littleEndian)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
    }
}

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

    private readonly byte[] _content, _header, _tail;
    private long _position;

    /// <summary>Prepares a page.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="file">Its directory.</param>
    /// <param name="layout">Its layout.</param>
    public TiffExtract(byte[] content, TiffFile file, TiffLayout layout)
    {
        _content = content;
        var entries = new TiffEntries(file.IsLittleEndian);
        // Directories begin at even places.
        var padding = content.Length % 2;
        var place = (uint)content.Length + (uint)padding;
        _tail = [.. new byte[padding], .. entries.Write(Fields(entries, file.Page, layout), place)];
        _header = [.. file.IsLittleEndian ? "II"u8 : "MM"u8, .. entries.Number(42, 2), .. entries.Number(place, 4)];
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

    private static List<TiffEntry> Fields(TiffEntries entries, TiffDirectory page, TiffLayout layout)
    {
        var fields = new List<TiffEntry>();
        void Add(TiffTag tag, params long[] values) => fields.Add(entries.Of(tag, TiffType.LONG, values));
        void AddShort(TiffTag tag, params long[] values) => fields.Add(entries.Of(tag, TiffType.SHORT, values));

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
                (AreWide(tag) ? (Action<TiffTag, long[]>)Add : AddShort)(tag, values);
        if (layout.Bits <= 16 && page.Ints(TiffTag.COLORMAP, 3 << layout.Bits) is { Length: > 0 } colours)
            AddShort(TiffTag.COLORMAP, colours);
        if (page.Bytes(TiffTag.JPEGTABLES) is { } tables)
            fields.Add(new TiffEntry(TiffTag.JPEGTABLES, TiffType.UNDEFINED, tables));
        foreach (var tag in new[] { TiffTag.YCBCRCOEFFICIENTS, TiffTag.REFERENCEBLACKWHITE })
            if (page.Reals(tag, MostValues) is { Length: > 0 } values)
                fields.Add(entries.OfFractions(tag, values));
        return fields;
    }

    private static bool AreWide(TiffTag tag) => tag is TiffTag.JPEGIFOFFSET or TiffTag.JPEGIFBYTECOUNT or TiffTag.JPEGQTABLES
        or TiffTag.JPEGDCTABLES or TiffTag.JPEGACTABLES or TiffTag.GROUP3OPTIONS or TiffTag.GROUP4OPTIONS;
}

using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>
/// How a TIFF's pixels are stored: what the directory says of them, held against the file's length and each other before
/// memory is taken.
/// </summary>
internal sealed class TiffLayout
{
    // A tile may be larger than a small image, but not by any amount the file likes.
    private const long LargestTile = 1 << 24;
    private const long LargestRow = 1 << 30;

    private readonly ImageSource _source;
    private readonly TiffDirectory _directory;

    /// <summary>Reads and checks the layout of a file's page.</summary>
    public TiffLayout(TiffFile file)
    {
        (_source, _directory) = (file.Source, file.Page);
        (Width, Height) = SizeOf(file);
        Samples = _directory.Int(TiffTag.SAMPLESPERPIXEL, 1);
        if (Samples is < 1 or > ushort.MaxValue)
            throw _source.Damaged($"its pixels have {Samples} samples");
        Bits = Common(TiffTag.BITSPERSAMPLE, 1, "samples of different sizes");
        if (Bits is < 1 or > 64)
            throw _source.Damaged($"its samples have {Bits} bits");
        Format = (SampleFormat)Common(TiffTag.SAMPLEFORMAT, (int)SampleFormat.UINT, "samples of different formats");
        Photometric = (Photometric)_directory.Int(TiffTag.PHOTOMETRIC, (int)(Samples >= 3 ? Photometric.RGB : Photometric.MINISBLACK));
        // Readers have long taken old files of one value per sample, too.
        Compression = (Compression)_directory.Int(TiffTag.COMPRESSION, (int)Compression.NONE);
        Planes = (PlanarConfig)_directory.Int(TiffTag.PLANARCONFIG, (int)PlanarConfig.CONTIG) == PlanarConfig.SEPARATE ? Samples : 1;
        Unit = Photometric == Photometric.YCBCR && Compression is not (Compression.JPEG or Compression.OJPEG) ? ReadUnit() : (1, 1);
        IsTiled = _directory.Has(TiffTag.TILEWIDTH) || _directory.Has(TiffTag.TILEOFFSETS);
        (BlockWidth, BlockHeight) = ReadBlockSize();
        var perPlane = ((Width + BlockWidth - 1L) / BlockWidth) * ((Height + BlockHeight - 1L) / BlockHeight);
        (Offsets, Counts) = ReadBlocks(file.Length, perPlane * Planes);
    }

    private TiffLayout(TiffLayout units)
    {
        (_source, _directory) = (units._source, units._directory);
        (Samples, Bits, Format, Photometric, Planes, Unit) = (1, 8, SampleFormat.UINT, Photometric.MINISBLACK, 1, (1, 1));
        (Compression, IsTiled, Offsets, Counts) = (units.Compression, units.IsTiled, units.Offsets, units.Counts);
        var (across, down) = ((units.Width + units.BlockWidth - 1) / units.BlockWidth, (units.Height + units.BlockHeight - 1) / units.BlockHeight);
        BlockWidth = units.BytesPerUnit * units.UnitsPerBlock;
        BlockHeight = (units.BlockHeight + units.Unit.Down - 1) / units.Unit.Down;
        Width = across * BlockWidth;
        // The last strip ends with the image, a tile does not.
        var spare = units.IsTiled ? 0 : down * units.BlockHeight - units.Height;
        Height = down * BlockHeight - spare / units.Unit.Down;
    }

    /// <summary>Pixels per stored row.</summary>
    public int Width { get; }

    /// <summary>Stored rows.</summary>
    public int Height { get; }

    /// <summary>Samples per pixel, alpha and others included.</summary>
    public int Samples { get; }

    /// <summary>Bits per sample.</summary>
    public int Bits { get; }

    /// <summary>Whether samples are whole or floating-point numbers.</summary>
    public SampleFormat Format { get; }

    /// <summary>What the samples mean.</summary>
    public Photometric Photometric { get; }

    /// <summary>How blocks are compressed.</summary>
    public Compression Compression { get; }

    /// <summary>1 where a pixel's samples stand together, otherwise a plane for each sample.</summary>
    public int Planes { get; }

    /// <summary>Whether blocks are tiles; otherwise strips.</summary>
    public bool IsTiled { get; }

    /// <summary>Columns of a tile, or the image's.</summary>
    public int BlockWidth { get; }

    /// <summary>Rows of a tile or strip.</summary>
    public int BlockHeight { get; }

    /// <summary>
    /// How many columns and rows share a pair of YCbCr colour values, which then stands behind their luma; 1 and 1 where
    /// every pixel has its own samples.
    /// </summary>
    public (int Across, int Down) Unit { get; }

    /// <summary>Where the blocks begin, plane by plane, row by row.</summary>
    public long[] Offsets { get; }

    /// <summary>How many bytes of the file the blocks take.</summary>
    public long[] Counts { get; }

    /// <summary>The stored size of a file's page, checked against the limit.</summary>
    public static (int Width, int Height) SizeOf(TiffFile file)
    {
        var (width, height) = (file.Page.Int(TiffTag.IMAGEWIDTH, 0), file.Page.Int(TiffTag.IMAGELENGTH, 0));
        file.Source.CheckSize(width, height);
        return (width, height);
    }

    /// <summary>The same blocks as rows of bytes: a row for each row of units.</summary>
    public TiffLayout AsBytes() => new(this);

    /// <summary>Bytes of so many pixels in a row of one plane.</summary>
    private long RowBytes(int width) => ((long)width * (Planes == 1 ? Samples : 1) * Bits + 7) / 8;

    private (int Width, int Height) ReadBlockSize()
    {
        var (width, height) = IsTiled
            ? (_directory.Int(TiffTag.TILEWIDTH, 0), _directory.Int(TiffTag.TILELENGTH, 0))
            : (Width, RowsPerStrip());
        if (width < 1 || height < 1)
            throw _source.Damaged($"its tiles of {width}×{height} pixels are impossible");
        if (IsTiled && (long)width * height > Math.Max((long)Width * Height, LargestTile))
            throw _source.Damaged($"its tiles of {width}×{height} pixels are impossible for {Width}×{Height} pixels");
        if (RowBytes(Math.Max(width, Width)) > LargestRow || (IsTiled && RowBytes(width) * height > LargestRow))
            throw _source.Unsupported($"rows or tiles of more than {LargestRow >> 20} MB", "Convert it to an image of fewer samples per pixel.");
        return (width, height);
    }

    private (int Across, int Down) ReadUnit() => _directory.Ints(TiffTag.YCBCRSUBSAMPLING, 2) switch
    {
        [(1 or 2 or 4) and var across, (1 or 2 or 4) and var down] => ((int)across, (int)down),
        [] => (2, 2),
        var other => throw _source.Damaged($"its colour is stored at 1/{string.Join(" and 1/", other)} of the resolution"),
    };

    // Missing, zero and the largest number of 32 bits all mean: everything in one strip.
    private int RowsPerStrip()
        => _directory.Ints(TiffTag.ROWSPERSTRIP, 1) is [> 0 and var rows, ..] ? (int)Math.Min(rows, Height) : Height;

    private (long[] Offsets, long[] Counts) ReadBlocks(long fileLength, long blocks)
    {
        var kind = IsTiled ? "tiles" : "strips";
        // Some writers call the offsets of tiles those of strips.
        var offsetTag = IsTiled && _directory.Has(TiffTag.TILEOFFSETS) ? TiffTag.TILEOFFSETS : TiffTag.STRIPOFFSETS;
        var countTag = IsTiled && _directory.Has(TiffTag.TILEBYTECOUNTS) ? TiffTag.TILEBYTECOUNTS : TiffTag.STRIPBYTECOUNTS;
        if (_directory.CountOf(offsetTag) < (ulong)blocks)
            throw _source.Damaged($"it names {_directory.CountOf(offsetTag)} of the {blocks} {kind} its pixels take");
        var offsets = _directory.Ints(offsetTag, (int)blocks);
        var counts = _directory.Ints(countTag, (int)blocks);
        if (Compression == Compression.NONE)
            counts = [.. Enumerable.Range(0, offsets.Length).Select(StoredBytes)];
        else if (counts.Length == 0 && blocks == 1)
            counts = [fileLength - offsets[0]];
        if (counts.Length < offsets.Length)
            throw _source.Damaged($"it tells the length of {counts.Length} of its {blocks} {kind}");

        var total = 0L;
        for (var i = 0; i < offsets.Length; i++)
        {
            if (offsets[i] < 0 || counts[i] < 0 || offsets[i] > fileLength || counts[i] > fileLength - offsets[i])
                throw _source.Truncated();
            total += counts[i];
        }

        // Compressed data that cannot hold the image the directory claims is found out before memory is taken for it.
        if (LargestRatio is { } ratio && total * ratio < (IsSubsampled ? (long)Width * Height : RowBytes(Width) * Height * Planes))
            throw _source.Truncated();
        return (offsets, counts);
    }

    private bool IsSubsampled => Unit != (1, 1);

    private int UnitsPerBlock => (BlockWidth + Unit.Across - 1) / Unit.Across;

    private int BytesPerUnit => Unit.Across * Unit.Down + 2;

    private long StoredBytes(int block)
    {
        var perPlane = (Height + BlockHeight - 1) / BlockHeight;
        var rows = IsTiled ? BlockHeight : Math.Min(BlockHeight, Height - block % perPlane * BlockHeight);
        return IsSubsampled ? (long)BytesPerUnit * UnitsPerBlock * ((rows + Unit.Down - 1) / Unit.Down) : RowBytes(BlockWidth) * rows;
    }

    // Samples' bytes that one byte of a file can stand for at most; null where there is no such limit or it is far away.
    private int? LargestRatio => Compression switch
    {
        Compression.PACKBITS => 64,
        Compression.DEFLATE or Compression.ADOBE_DEFLATE => 1032,
        Compression.LZW or Compression.JPEG => 4096,
        _ => null,
    };

    private int Common(TiffTag tag, int otherwise, string kind)
    {
        // One value stands for all samples where a writer saved the others.
        var values = _directory.Ints(tag, Samples);
        if (values.Distinct().Count() > 1)
            throw _source.Unsupported($"{kind} ({string.Join(", ", values.Take(4))})", "Convert it to samples of 8 or 16 bits.");
        return values is [var value, ..] ? (int)Math.Clamp(value, 0, int.MaxValue) : otherwise;
    }
}

using BitMiracle.LibTiff.Classic;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Imaging;

/// <summary>Takes a row of decoded samples.</summary>
/// <param name="row">The samples as stored, packed, numbers of 2, 3, 4 and 8 bytes in the machine's byte order.</param>
/// <param name="x">The first pixel's column.</param>
/// <param name="y">The row.</param>
/// <param name="width">How many of the row's pixels lie within the image.</param>
internal delegate void TiffRowVisitor(ReadOnlySpan<byte> row, int x, int y, int width);

/// <summary>A TIFF page's strips or tiles, decompressed by LibTiff.NET.</summary>
internal sealed class TiffBlocks : IDisposable
{
    private readonly ImageSource _source;
    private readonly TiffLayout _layout;
    private readonly Tiff _tiff;

    private TiffBlocks(ImageSource source, TiffLayout layout, Tiff tiff) => (_source, _layout, _tiff) = (source, layout, tiff);

    /// <summary>Opens a page.</summary>
    /// <param name="source">The file with its content.</param>
    /// <param name="file">Its directory.</param>
    /// <param name="layout">How the page is stored, or how it is to be read.</param>
    /// <param name="read">Reads it; what the library throws on damaged content becomes one clear error.</param>
    public static T Read<T>(ImageSource source, TiffFile file, TiffLayout layout, Func<TiffBlocks, T> read)
    {
        TiffErrors.Clear();
        try
        {
            using var tiff = Tiff.ClientOpen(source.Path, "r", source, new TiffExtract(source.Content, file, layout))
                ?? throw source.Damaged($"its directory cannot be read ({TiffErrors.Last ?? "no details"})");
            if (layout is { Compression: Compression.JPEG, Photometric: Photometric.YCBCR })
                tiff.SetField(TiffTag.JPEGCOLORMODE, JpegColorMode.RGB);
            using var blocks = new TiffBlocks(source, layout, tiff);
            return read(blocks);
        }
        catch (Exception exception) when (exception is not IRConStyleException and not OutOfMemoryException)
        {
            // The library answers some broken files with exceptions of its internals.
            throw source.Damaged("its content contradicts itself, or it is truncated", exception);
        }
    }

    /// <summary>Visits the rows of a plane, block by block, each row of a block from its first pixel within the image on.</summary>
    public void ForEachRow(int plane, TiffRowVisitor visit)
    {
        var rowBytes = _layout.IsTiled ? _tiff.TileRowSize() : _tiff.ScanlineSize();
        if (rowBytes < 1)
            throw _source.Damaged($"its rows of {_layout.Width} pixels are impossible");
        if (_layout.IsTiled)
            ForEachTileRow(plane, rowBytes, visit);
        else
        {
            // Strips are read row by row: the library divides by zero when asked for a strip of more rows than the image.
            var row = new byte[rowBytes];
            for (var y = 0; y < _layout.Height; y++)
            {
                if (!_tiff.ReadScanline(row, y, (short)plane))
                    throw Undecodable($"from row {y} on");
                visit(row, 0, y, _layout.Width);
            }
        }
    }

    /// <summary>The whole page as the library converts it.</summary>
    /// <returns>Width × height pixels; red in the lowest byte, then green and blue.</returns>
    public int[] ReadConverted()
    {
        if (!_tiff.RGBAImageOK(out var reason))
            throw _source.Unsupported($"content that cannot be converted to RGB ({reason})", TiffReader.Convert);
        var pixels = new int[_layout.Width * _layout.Height];
        // As stored: the library was not told of an orientation.
        return _tiff.ReadRGBAImageOriented(_layout.Width, _layout.Height, pixels, BitMiracle.LibTiff.Classic.Orientation.TOPLEFT, stopOnError: true)
            ? pixels
            : throw Undecodable("as a whole");
    }

    /// <inheritdoc/>
    public void Dispose() => _tiff.Dispose();

    private void ForEachTileRow(int plane, int rowBytes, TiffRowVisitor visit)
    {
        // Planes do not share tiles, so they are numbered one after the other.
        var index = plane * (_layout.Offsets.Length / _layout.Planes);
        var tile = new byte[_tiff.TileSize()];
        for (var top = 0; top < _layout.Height; top += _layout.BlockHeight)
            for (var x = 0; x < _layout.Width; x += _layout.BlockWidth, index++)
            {
                if (_tiff.ReadEncodedTile(index, tile, 0, tile.Length) != tile.Length)
                    throw Undecodable($"from row {top} on");
                for (var row = 0; row < Math.Min(_layout.BlockHeight, _layout.Height - top); row++)
                    visit(tile.AsSpan(row * rowBytes, rowBytes), x, top + row, Math.Min(_layout.BlockWidth, _layout.Width - x));
            }
    }

    private IRConStyleException Undecodable(string where)
        => _source.Damaged($"its pixels cannot be decoded {where}, or it is truncated ({TiffErrors.Last ?? "no details"})");
}

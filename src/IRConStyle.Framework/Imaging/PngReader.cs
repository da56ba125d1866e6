using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using IRConStyle.Framework.Numerics;

namespace IRConStyle.Framework.Imaging;

/// <summary>Decodes one PNG file: every colour type, bit depth and interlacing; an animation's still image.</summary>
internal sealed class PngReader(ImageSource source)
{
    // Deflate cannot shrink further, so less compressed data cannot hold the image the header claims.
    private const int LargestDeflateRatio = 1032;

    private readonly List<ArraySegment<byte>> _pixels = [];
    private int _width, _height, _depth, _colour;
    private bool _interlaced;
    private readonly PngMetadata _metadata = new();
    private byte[]? _palette, _transparency;
    private bool _hasEnd;

    private int StoredChannels => _colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    private int StoredBits => StoredChannels * _depth;

    public RasterImage Read()
    {
        ReadChunks();
        if (_colour == 3 && _palette is null)
            throw source.Damaged("its palette is missing");
        var depth = _depth == 16 ? 16 : 8;
        var channels = _colour is 0 or 4 ? 1 : 3;
        // A grey or RGB file names one transparent value, a palette file an opacity for each entry.
        var image = new RasterImage(
            _width, _height, channels, depth,
            alpha: _colour >= 4 || _transparency is not null ? new byte[_width * _height * (depth / 8)] : null)
        {
            Metadata = _metadata.Value.Fitting(channels),
            SourceFormat = source.Format,
            Notes = source.Notes,
        };
        var expander = new PngExpander(image, _depth, _colour, _palette, _transparency);
        try
        {
            using var stream = new ZLibStream(new SegmentStream(_pixels), CompressionMode.Decompress);
            if (!_interlaced)
                ReadPass(stream, expander, 0, 0, 1, 1);
            else
                foreach (var (x, y, stepX, stepY) in new[] { (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2) })
                    ReadPass(stream, expander, x, y, stepX, stepY);
        }
        catch (EndOfStreamException exception)
        {
            throw source.Truncated(exception);
        }
        catch (InvalidDataException exception)
        {
            throw source.Damaged("its pixel data cannot be decompressed", exception);
        }

        if (!_hasEnd)
            source.Note("its end mark is missing; the picture is complete");
        if (_metadata.Frames > 1)
            source.Note($"the still image of an animation of {_metadata.Frames} frames");
        return Orientation.Apply(image, image.Metadata.Orientation);
    }

    private void ReadPass(ZLibStream stream, PngExpander expander, int x, int y, int stepX, int stepY)
    {
        var width = (_width - x + stepX - 1) / stepX;
        if (width == 0)
            return;
        var rowBytes = (int)(((long)width * StoredBits + 7) / 8);
        var pixelBytes = Math.Max(1, StoredBits / 8);
        var (row, above) = (new byte[rowBytes + 1], new byte[rowBytes + 1]);
        for (; y < _height; y += stepY)
        {
            stream.ReadExactly(row);
            if (!PngFilter.Undo(row[0], row.AsSpan(1), above.AsSpan(1), pixelBytes))
                throw source.Damaged($"row filter {row[0]} does not exist");
            expander.Place(row.AsSpan(1), width, x, y, stepX);
            (row, above) = (above, row);
        }
    }

    private void ReadChunks()
    {
        var content = source.Content;
        for (var position = PngFormat.Signature.Length; ;)
        {
            if (content.Length - position < 12)
            {
                // Whether the pixels are all there shows when they are decompressed.
                if (_pixels.Count == 0)
                    throw source.Truncated();
                break;
            }

            var length = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(position));
            var type = content.AsSpan(position + 4, 4);
            var name = Encoding.Latin1.GetString(type);
            if (position == PngFormat.Signature.Length && name != "IHDR")
                throw source.Damaged("it does not begin with a header");
            if (length > content.Length - position - 12)
                throw source.Truncated();
            var data = new ArraySegment<byte>(content, position + 8, (int)length);
            position += 12 + (int)length;
            // Upper case marks what the image cannot do without; damage elsewhere must not cost the image.
            var critical = char.IsAsciiLetterUpper(name[0]);
            var intact = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(position - 4)) == Crc32.Of(type, data);
            if (critical && !intact)
                throw source.Damaged($"the checksum of its {name} chunk is wrong");
            _hasEnd = name == "IEND";
            if (_hasEnd)
                break;
            if (intact)
                ReadChunk(name, data);
        }

        var needed = (long)_height * (((long)_width * StoredBits + 7) / 8);
        if (_pixels.Sum(part => (long)part.Count) * LargestDeflateRatio < needed)
            throw source.Truncated();
    }

    private void ReadChunk(string name, ArraySegment<byte> data)
    {
        switch (name)
        {
            case "IHDR":
                ReadHeader(data);
                break;
            case "PLTE":
                _palette = [.. data];
                break;
            case "tRNS":
                _transparency = [.. data];
                break;
            case "IDAT":
                _pixels.Add(data);
                break;
            default:
                _metadata.Add(name, data);
                break;
        }
    }

    private void ReadHeader(ReadOnlySpan<byte> data)
    {
        if (data.Length != 13)
            throw source.Damaged("its header has the wrong length");
        source.CheckSize(BinaryPrimitives.ReadUInt32BigEndian(data), BinaryPrimitives.ReadUInt32BigEndian(data[4..]));
        _width = BinaryPrimitives.ReadInt32BigEndian(data);
        _height = BinaryPrimitives.ReadInt32BigEndian(data[4..]);
        (_depth, _colour, _interlaced) = (data[8], data[9], data[12] == 1);
        var valid = _colour switch
        {
            0 => _depth is 1 or 2 or 4 or 8 or 16,
            3 => _depth is 1 or 2 or 4 or 8,
            2 or 4 or 6 => _depth is 8 or 16,
            _ => false,
        };
        if (!valid || data[10] != 0 || data[11] != 0 || data[12] > 1)
            throw source.Damaged($"its header names colour type {_colour} with {_depth} bits, compression {data[10]}, filter {data[11]}, interlacing {data[12]}");
    }
}

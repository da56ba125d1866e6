using System.Buffers.Binary;
using System.Text;

namespace IRConStyle.Framework.Tests.Imaging;

/// <summary>One directory of a TIFF put together by hand: what libraries do not write can be said here, lies among them.</summary>
internal sealed class RawPage
{
    public SortedDictionary<int, RawField> Fields { get; } = [];

    /// <summary>The blocks of pixels; their places become the strip offsets, or the tile offsets.</summary>
    public byte[][] Blocks { get; init; } = [];

    /// <summary>The number of the directory that follows; null for the next one, if there is one.</summary>
    public int? Next { get; init; }

    public RawPage Set(int tag, int type, params long[] values)
    {
        Fields[tag] = new RawField(type, (ulong)values.Length, values, null);
        return this;
    }

    public RawPage Short(int tag, params long[] values) => Set(tag, 3, values);

    public RawPage Long(int tag, params long[] values) => Set(tag, 4, values);

    public RawPage Bytes(int tag, ReadOnlySpan<byte> bytes)
    {
        Fields[tag] = new RawField(7, (ulong)bytes.Length, [.. bytes.ToArray().Select(value => (long)value)], null);
        return this;
    }

    /// <summary>Claims elements without writing any.</summary>
    public RawPage Claim(int tag, int type, ulong count, ulong place)
    {
        Fields[tag] = new RawField(type, count, [], place);
        return this;
    }

    /// <summary>A grey page of 8 bits without compression, in one strip.</summary>
    public static RawPage Grey(int width, int height, byte[] samples, int? next = null) => new RawPage { Blocks = [samples], Next = next }
        .Long(256, width).Long(257, height).Short(258, 8).Short(259, 1).Short(262, 1).Short(277, 1).Long(278, height);
}

/// <summary>A field: its elements, or a place that holds none.</summary>
internal sealed record RawField(int Type, ulong Count, long[] Values, ulong? Place);

/// <summary>A TIFF or BigTIFF in either byte order.</summary>
internal sealed class RawTiff(bool littleEndian = true, bool big = false)
{
    private readonly MemoryStream _file = new();

    public byte[] Build(params RawPage[] pages)
    {
        _file.SetLength(0);
        Write(Encoding.ASCII.GetBytes(littleEndian ? "II" : "MM"));
        Write(Number(big ? 43 : 42, 2));
        if (big)
            Write([.. Number(8, 2), .. Number(0, 2)]);
        var link = _file.Position;
        Write(Number(0, big ? 8 : 4));
        var (places, links) = (new List<long>(), new List<long>());
        foreach (var page in pages)
        {
            var tiled = page.Fields.ContainsKey(322);
            if (page.Blocks.Length > 0)
            {
                var offsets = page.Blocks.Select(block =>
                {
                    var place = _file.Position;
                    Write(block);
                    return place;
                }).ToArray();
                page.Fields.TryAdd(tiled ? 324 : 273, new RawField(4, (ulong)offsets.Length, offsets, null));
                page.Fields.TryAdd(tiled ? 325 : 279, new RawField(4, (ulong)offsets.Length, [.. page.Blocks.Select(block => (long)block.Length)], null));
            }

            places.Add(_file.Position);
            links.Add(Directory(page));
        }

        Patch(link, places[0]);
        for (var i = 0; i < pages.Length; i++)
            Patch(links[i], pages[i].Next is { } next ? places[next] : i + 1 < pages.Length ? places[i + 1] : 0);
        return _file.ToArray();
    }

    private long Directory(RawPage page)
    {
        var (countSize, wide) = big ? (8, 8) : (2, 4);
        var values = _file.Position + countSize + page.Fields.Count * (4 + 2 * wide) + wide;
        using var tail = new MemoryStream();
        Write(Number(page.Fields.Count, countSize));
        foreach (var (tag, field) in page.Fields)
        {
            Write([.. Number(tag, 2), .. Number(field.Type, 2), .. Number((long)field.Count, wide)]);
            byte[] bytes = [.. field.Values.SelectMany(value => Number(value, SizeOf(field.Type)))];
            if (field.Place is { } place)
                Write(Number((long)place, wide));
            else if (bytes.Length <= wide)
                Write([.. bytes, .. new byte[wide - bytes.Length]]);
            else
            {
                Write(Number(values + tail.Position, wide));
                tail.Write(bytes);
            }
        }

        var link = _file.Position;
        Write(Number(0, wide));
        Write(tail.ToArray());
        return link;
    }

    private static int SizeOf(int type) => type switch { 1 or 2 or 7 => 1, 3 => 2, 4 => 4, _ => 8 };

    private void Write(byte[] bytes) => _file.Write(bytes);

    private void Patch(long place, long value)
    {
        var end = _file.Position;
        _file.Position = place;
        Write(Number(value, big ? 8 : 4));
        _file.Position = end;
    }

    private byte[] Number(long value, int size)
    {
        var bytes = new byte[8];
        if (littleEndian)
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        else
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return littleEndian ? bytes[..size] : bytes[^size..];
    }
}

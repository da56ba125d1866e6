using System.Buffers.Binary;

namespace IRConStyle.Framework.Imaging;

/// <summary>One component of a JPEG: how finely it is stored.</summary>
internal readonly record struct JpegComponent(byte Id, int Across, int Down);

/// <summary>One pass over a JPEG's coefficients.</summary>
/// <param name="Components">Which components it holds.</param>
/// <param name="First">The first coefficient, of 64.</param>
/// <param name="Last">The last coefficient.</param>
/// <param name="Precision">How many low bits are still missing after it.</param>
/// <param name="Interval">Units between restart markers; 0 for none.</param>
/// <param name="Restarts">How many restart markers it has.</param>
internal sealed record JpegScan(byte[] Components, int First, int Last, int Precision, int Interval, int Restarts);

/// <summary>
/// How a JPEG is coded (ITU-T T.81, annex B): enough of it to tell a kind that is not supported from a damaged file, and a
/// file that lacks its end mark from one that lacks pixels.
/// </summary>
internal sealed class JpegFrame
{
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, RestartInterval = 0xDD, LosslessFrame = 0xF7;
    private const int Coefficients = 64;

    private readonly List<JpegScan> _scans = [];
    private byte _kind;
    private int _precision, _width, _height, _interval;
    private JpegComponent[] _components = [];

    /// <summary>Whether the end mark was found where the segments lead.</summary>
    public bool HasEnd { get; private set; }

    /// <summary>How many components there are; 4 for CMYK.</summary>
    public int Components => _components.Length;

    /// <summary>The kind that is not supported, for a message; null where it is.</summary>
    public string? Unsupported => _kind switch
    {
        0xC3 => "lossless coding",
        0xC5 or 0xC6 or 0xC7 or 0xCD or 0xCE or 0xCF => "hierarchical coding",
        0xCB => "lossless arithmetic coding",
        LosslessFrame => "lossless coding (JPEG-LS)",
        0 => null,
        _ when _precision != 8 => $"samples of {_precision} bits",
        _ when _components.Length is 2 or > 4 => $"{_components.Length} components",
        _ when _height == 0 => "its height told behind the pixels only",
        _ => null,
    };

    /// <summary>Walks through a file's markers; where they break off, what follows is not there.</summary>
    public static JpegFrame Read(ReadOnlySpan<byte> content)
    {
        var frame = new JpegFrame();
        frame.Walk(content);
        return frame;
    }

    /// <summary>
    /// Whether every pass that the picture needs has begun, and the last one has all its restart markers: what may then be
    /// missing are the last pixels.
    /// </summary>
    public bool HasAllScans
    {
        get
        {
            if (_scans.Count == 0 || _components.Length == 0 || _scans[^1] is { Interval: > 0 } last && last.Restarts < (Units(last) - 1) / last.Interval)
                return false;
            var missing = _components.ToDictionary(component => component.Id, _ => Enumerable.Repeat(int.MaxValue, Coefficients).ToArray());
            foreach (var scan in _scans)
                foreach (var component in scan.Components)
                    if (missing.TryGetValue(component, out var bits))
                        for (var i = scan.First; i <= scan.Last; i++)
                            bits[i] = scan.Precision;
            return missing.Values.All(bits => bits.All(left => left == 0));
        }
    }

    private void Walk(ReadOnlySpan<byte> content)
    {
        for (var at = 2; at + 2 <= content.Length && content[at] == 0xFF;)
        {
            var marker = content[at + 1];
            at += marker == 0xFF ? 1 : 2;
            if (marker is 0xFF or StartOfImage or >= 0xD0 and <= 0xD7 or 0x01)
                continue;
            HasEnd = marker == EndOfImage;
            if (HasEnd || at + 2 > content.Length)
                return;
            var length = BinaryPrimitives.ReadUInt16BigEndian(content[at..]);
            if (length < 2 || length > content.Length - at)
                return;
            var data = content.Slice(at + 2, length - 2);
            at += length;
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) or LosslessFrame)
                ReadFrame(marker, data);
            else if (marker == RestartInterval && data.Length >= 2)
                _interval = BinaryPrimitives.ReadUInt16BigEndian(data);
            else if (marker == StartOfScan)
                at = ReadScan(data, content, at);
        }
    }

    private void ReadFrame(byte marker, ReadOnlySpan<byte> data)
    {
        if (data.Length < 6 || data.Length < 6 + 3 * data[5])
            return;
        (_kind, _precision) = (marker, data[0]);
        (_height, _width) = (BinaryPrimitives.ReadUInt16BigEndian(data[1..]), BinaryPrimitives.ReadUInt16BigEndian(data[3..]));
        _components = new JpegComponent[data[5]];
        for (var i = 0; i < _components.Length; i++)
            _components[i] = new JpegComponent(data[6 + 3 * i], Math.Max(1, data[7 + 3 * i] >> 4), Math.Max(1, data[7 + 3 * i] & 15));
    }

    private int ReadScan(ReadOnlySpan<byte> data, ReadOnlySpan<byte> content, int at)
    {
        var restarts = 0;
        for (; ; at += 2)
        {
            var mark = content[at..].IndexOf((byte)0xFF);
            at = mark < 0 ? content.Length : at + mark;
            if (at + 2 > content.Length)
                break;
            // A zero makes the byte before it one of the data's own.
            if (content[at + 1] is >= 0xD0 and <= 0xD7)
                restarts++;
            else if (content[at + 1] != 0)
                break;
        }

        var count = data.Length > 0 ? data[0] : 0;
        if (data.Length >= 4 + 2 * count && data[1 + 2 * count] <= data[2 + 2 * count] && data[2 + 2 * count] < Coefficients)
        {
            var components = new byte[count];
            for (var i = 0; i < count; i++)
                components[i] = data[1 + 2 * i];
            _scans.Add(new JpegScan(components, data[1 + 2 * count], data[2 + 2 * count], data[3 + 2 * count] & 15, _interval, restarts));
        }

        return at;
    }

    // Units of several components interleave by the size of the whole; a component alone has as many as it needs itself.
    private int Units(JpegScan scan)
    {
        var (across, down) = (_components.Max(component => component.Across), _components.Max(component => component.Down));
        if (scan.Components.Length != 1 || Array.Find(_components, component => component.Id == scan.Components[0]) is not { Across: > 0 } alone)
            return Ceiling(_width, 8 * across) * Ceiling(_height, 8 * down);
        return Ceiling(Ceiling(_width * alone.Across, across), 8) * Ceiling(Ceiling(_height * alone.Down, down), 8);
    }

    private static int Ceiling(int value, int unit) => (value + unit - 1) / unit;
}

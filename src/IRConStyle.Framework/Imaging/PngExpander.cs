using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace IRConStyle.Framework.Imaging;

/// <summary>Turns the packed rows of a PNG into samples and alpha of 8 or 16 bits.</summary>
internal sealed class PngExpander(RasterImage image, int depth, int colour, byte[]? palette, byte[]? transparency)
{
    private readonly int _channels = image.Channels;
    private readonly byte[]? _alpha = image.Alpha;
    private byte[] _unpacked = [];

    /// <summary>Writes the pixels of one row, or of every <paramref name="step"/>th column from <paramref name="x"/> on.</summary>
    public void Place(ReadOnlySpan<byte> row, int count, int x, int y, int step)
    {
        var first = y * image.Width + x;
        if (depth == 16)
        {
            // In a copy: the row as stored is what the next row's filter refers to.
            var words = Unpack(row);
            PlaceSamples<ushort>(words, image.Words, MemoryMarshal.Cast<byte, ushort>(_alpha.AsSpan()), count, first, step, ushort.MaxValue);
            return;
        }

        var values = depth == 8 ? row : (ReadOnlySpan<byte>)Unpack(row, count);
        if (colour == 3)
            PlaceIndexed(values, count, first, step);
        else
            PlaceSamples(values, image.Samples, _alpha, count, first, step, byte.MaxValue);
    }

    private void PlaceSamples<T>(ReadOnlySpan<T> values, Span<T> samples, Span<T> alpha, int count, int first, int step, T opaque)
        where T : unmanaged, IEquatable<T>
    {
        if (step == 1 && _alpha is null)
        {
            values[..(count * _channels)].CopyTo(samples[(first * _channels)..]);
            return;
        }

        var stored = _channels + (colour >= 4 ? 1 : 0);
        Span<T> key = colour < 4 && transparency is not null ? stackalloc T[_channels] : [];
        for (var i = 0; i < key.Length; i++)
            key[i] = Key<T>(i);
        for (int i = 0, at = first; i < count; i++, at += step)
        {
            var pixel = values.Slice(i * stored, stored);
            pixel[.._channels].CopyTo(samples[(at * _channels)..]);
            if (colour >= 4)
                alpha[at] = pixel[_channels];
            else if (_alpha is not null)
                alpha[at] = pixel.SequenceEqual(key) ? default : opaque;
        }
    }

    private void PlaceIndexed(ReadOnlySpan<byte> values, int count, int first, int step)
    {
        for (int i = 0, at = first; i < count; i++, at += step)
        {
            int index = values[i];
            // An index beyond the palette is black and opaque, as in libpng.
            if ((index + 1) * 3 <= palette!.Length)
                palette.AsSpan(index * 3, 3).CopyTo(image.Samples.AsSpan(at * 3));
            if (_alpha is not null)
                _alpha[at] = index < transparency!.Length ? transparency[index] : byte.MaxValue;
        }
    }

    private Span<ushort> Unpack(ReadOnlySpan<byte> row)
    {
        if (_unpacked.Length < row.Length)
            _unpacked = new byte[row.Length];
        var bytes = _unpacked.AsSpan(0, row.Length);
        row.CopyTo(bytes);
        if (BitConverter.IsLittleEndian)
            PngFilter.SwapBytes(bytes);
        return MemoryMarshal.Cast<byte, ushort>(bytes);
    }

    private Span<byte> Unpack(ReadOnlySpan<byte> row, int count)
    {
        if (_unpacked.Length < count)
            _unpacked = new byte[count];
        var scale = colour == 3 ? 1 : Scale;
        var mask = (1 << depth) - 1;
        for (var i = 0; i < count; i++)
        {
            var bit = (long)i * depth;
            _unpacked[i] = (byte)(((row[(int)(bit >> 3)] >> (8 - depth - (int)(bit & 7))) & mask) * scale);
        }

        return _unpacked.AsSpan(0, count);
    }

    private int Scale => 255 / ((1 << depth) - 1);

    private T Key<T>(int channel)
        where T : unmanaged
    {
        var value = transparency!.Length >= 2 * channel + 2 ? BinaryPrimitives.ReadUInt16BigEndian(transparency.AsSpan(2 * channel)) : (ushort)0;
        return typeof(T) == typeof(ushort) ? (T)(object)value : (T)(object)(byte)(depth < 8 ? value * Scale : value);
    }
}

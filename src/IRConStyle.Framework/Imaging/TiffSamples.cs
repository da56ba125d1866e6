using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>Turns a TIFF's samples of any size into those of 8 or 16 bits that span the same range.</summary>
/// <param name="bits">Bits of a sample.</param>
/// <param name="format">Unsigned or floating point.</param>
/// <param name="areIndices">Whether samples are entries of a palette, at most 8 bits, which are not spread over the range.</param>
internal sealed class TiffSamples(int bits, SampleFormat format, bool areIndices)
{
    private readonly bool _isFloat = format == SampleFormat.IEEEFP;
    private readonly long _largest = bits is >= 1 and < 63 ? (1L << bits) - 1 : 0;
    private byte[] _samples = [];
    private double _least = double.PositiveInfinity, _most = double.NegativeInfinity;
    private long _notNumbers;

    /// <summary>Bits of a sample that comes out.</summary>
    public int Depth => bits <= 8 && !_isFloat ? 8 : 16;

    /// <summary>What became of floating-point samples, as far as they did not fit; null for nothing.</summary>
    public string? Note => !_isFloat || (_least >= 0 && _most <= 1 && _notNumbers == 0) ? null
        : _notNumbers > 0 ? $"{_notNumbers} samples that are no numbers became 0"
        : string.Create(CultureInfo.InvariantCulture, $"samples from {_least:G4} to {_most:G4} were clamped to 0 to 1");

    /// <summary>Converts samples that stand one after the other.</summary>
    /// <param name="row">The samples as stored.</param>
    /// <param name="count">How many.</param>
    /// <returns>So many samples of <see cref="Depth"/>; valid until the next call.</returns>
    public Span<byte> Convert(ReadOnlySpan<byte> row, int count)
    {
        var length = count * (Depth / 8);
        if (_samples.Length < length)
            _samples = new byte[length];
        var samples = _samples.AsSpan(0, length);
        if (_isFloat)
            FromFloat(row, MemoryMarshal.Cast<byte, ushort>(samples));
        else if (bits is 8 or 16)
            row[..length].CopyTo(samples);
        else if (bits < 8)
            FromFewBits(row, samples);
        else
            FromManyBits(row, MemoryMarshal.Cast<byte, ushort>(samples));
        return samples;
    }

    private void FromFewBits(ReadOnlySpan<byte> row, Span<byte> samples)
    {
        for (var i = 0; i < samples.Length; i++)
        {
            var value = (long)Packed(row, i);
            samples[i] = (byte)(areIndices ? value : (value * byte.MaxValue + _largest / 2) / _largest);
        }
    }

    private void FromManyBits(ReadOnlySpan<byte> row, Span<ushort> samples)
    {
        for (var i = 0; i < samples.Length; i++)
        {
            // Whole bytes are in the machine's order by now, parts of them begin with the highest bit.
            var value = bits switch
            {
                24 => row[3 * i] | row[3 * i + 1] << 8 | row[3 * i + 2] << 16,
                32 => BinaryPrimitives.ReadUInt32LittleEndian(row[(4 * i)..]),
                _ => (long)Packed(row, i),
            };
            samples[i] = (ushort)((value * ushort.MaxValue + _largest / 2) / _largest);
        }
    }

    private ulong Packed(ReadOnlySpan<byte> row, int index)
    {
        var from = (long)index * bits;
        var (at, end) = ((int)(from >> 3), (int)((from + bits + 7) >> 3));
        var value = 0UL;
        for (var i = at; i < end; i++)
            value = value << 8 | row[i];
        return value >> (int)((end * 8L) - from - bits) & (ulong)_largest;
    }

    private void FromFloat(ReadOnlySpan<byte> row, Span<ushort> samples)
    {
        for (var i = 0; i < samples.Length; i++)
        {
            var value = bits switch
            {
                16 => (double)BinaryPrimitives.ReadHalfLittleEndian(row[(2 * i)..]),
                32 => BinaryPrimitives.ReadSingleLittleEndian(row[(4 * i)..]),
                _ => BinaryPrimitives.ReadDoubleLittleEndian(row[(8 * i)..]),
            };
            if (double.IsNaN(value))
            {
                _notNumbers++;
                value = 0;
            }

            (_least, _most) = (Math.Min(_least, value), Math.Max(_most, value));
            samples[i] = (ushort)Math.Round(Math.Clamp(value, 0, 1) * ushort.MaxValue);
        }
    }
}

using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace IRConStyle.Framework.Imaging;

/// <summary>The five row filters of PNG (section 9): predicting a byte from its left, upper and upper-left neighbours.</summary>
/// <param name="rowBytes">Bytes per row.</param>
/// <param name="pixelBytes">Distance to the left neighbour, at least 1.</param>
internal sealed class PngFilter(int rowBytes, int pixelBytes)
{
    private readonly byte[][] _candidates = [.. Enumerable.Range(0, 5).Select(filter => Row(filter, rowBytes))];
    private readonly long[] _costs = new long[5];

    /// <summary>Filters a row each way and picks the one with the smallest sum of absolute differences, as libpng does.</summary>
    /// <returns>The filter's number and the filtered bytes; valid until the next call.</returns>
    public ReadOnlySpan<byte> Best(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above)
    {
        Array.Clear(_costs);
        // The first pixel has no left neighbour, and what is left of the row fills no vector.
        var done = Math.Min(pixelBytes, row.Length);
        FilterSingly(row, above, 0, done);
        done += FilterVectors(row, above, done);
        FilterSingly(row, above, done, row.Length);
        return _candidates[Array.IndexOf(_costs, _costs.Min())];
    }

    private int FilterVectors(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int start)
    {
        var end = start + (row.Length - start) / Vector<byte>.Count * Vector<byte>.Count;
        Span<Vector<ushort>> sums = stackalloc Vector<ushort>[5];
        sums.Clear();
        // Each step adds at most 2·128 to a lane.
        const int StepsPerSum = ushort.MaxValue / 256;
        var steps = 0;
        for (var i = start; i < end; i += Vector<byte>.Count)
        {
            var (value, upper) = (new Vector<byte>(row[i..]), new Vector<byte>(above[i..]));
            var (left, corner) = (new Vector<byte>(row[(i - pixelBytes)..]), new Vector<byte>(above[(i - pixelBytes)..]));
            // Rounded down without a ninth bit.
            var average = (left & upper) + Vector.ShiftRightLogical(left ^ upper, 1);
            Store(0, i, value, ref sums[0]);
            Store(1, i, value - left, ref sums[1]);
            Store(2, i, value - upper, ref sums[2]);
            Store(3, i, value - average, ref sums[3]);
            Store(4, i, value - Paeth(left, upper, corner), ref sums[4]);
            if (++steps < StepsPerSum)
                continue;
            Collect(sums);
            steps = 0;
        }

        Collect(sums);
        return end - start;
    }

    private void Store(int filter, int at, Vector<byte> filtered, ref Vector<ushort> sum)
    {
        filtered.CopyTo(_candidates[filter].AsSpan(at + 1));
        Vector.Widen(Vector.Min(filtered, Vector<byte>.Zero - filtered), out var low, out var high);
        sum += low + high;
    }

    private void Collect(Span<Vector<ushort>> sums)
    {
        for (var filter = 0; filter < sums.Length; filter++)
        {
            Vector.Widen(sums[filter], out var low, out var high);
            _costs[filter] += Vector.Sum(low + high);
        }

        sums.Clear();
    }

    private void FilterSingly(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            var (left, corner) = i < pixelBytes ? (0, 0) : (row[i - pixelBytes], above[i - pixelBytes]);
            int value = row[i], upper = above[i];
            Store(0, i, value);
            Store(1, i, value - left);
            Store(2, i, value - upper);
            Store(3, i, value - ((left + upper) >> 1));
            Store(4, i, value - Paeth(left, upper, corner));
        }
    }

    private void Store(int filter, int at, int filtered)
    {
        _candidates[filter][at + 1] = (byte)filtered;
        _costs[filter] += Math.Abs((int)(sbyte)filtered);
    }

    private static byte[] Row(int filter, int rowBytes)
    {
        var row = new byte[rowBytes + 1];
        row[0] = (byte)filter;
        return row;
    }

    /// <summary>Undoes a filter in place.</summary>
    /// <param name="filter">0 to 4.</param>
    /// <param name="row">The filtered row; becomes the original.</param>
    /// <param name="above">The original row above, or zeros.</param>
    /// <param name="pixelBytes">Distance to the left neighbour.</param>
    /// <returns>False when there is no such filter.</returns>
    public static bool Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        above = above[..row.Length];
        switch (filter)
        {
            case 0:
                return true;
            case 1:
                for (var i = pixelBytes; i < row.Length; i++)
                    row[i] += row[i - pixelBytes];
                return true;
            case 2:
                AddInPlace(row, above);
                return true;
            case 3:
                for (var i = 0; i < Math.Min(pixelBytes, row.Length); i++)
                    row[i] += (byte)(above[i] >> 1);
                for (var i = pixelBytes; i < row.Length; i++)
                    row[i] += (byte)((row[i - pixelBytes] + above[i]) >> 1);
                return true;
            case 4:
                for (var i = 0; i < Math.Min(pixelBytes, row.Length); i++)
                    row[i] += above[i];
                for (var i = pixelBytes; i < row.Length; i++)
                    row[i] += (byte)Paeth(row[i - pixelBytes], above[i], above[i - pixelBytes]);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Turns big-endian 16-bit samples into the machine's order, or back.</summary>
    public static void SwapBytes(Span<byte> row)
    {
        var words = MemoryMarshal.Cast<byte, ushort>(row);
        BinaryPrimitives.ReverseEndianness(words, words);
    }

    private static int Paeth(int left, int upper, int corner)
    {
        var (fromLeft, fromUpper, fromCorner) = (Math.Abs(upper - corner), Math.Abs(left - corner), Math.Abs(left + upper - 2 * corner));
        return fromLeft <= fromUpper && fromLeft <= fromCorner ? left : fromUpper <= fromCorner ? upper : corner;
    }

    private static Vector<byte> Paeth(Vector<byte> left, Vector<byte> upper, Vector<byte> corner)
    {
        Vector.Widen(left, out var lowLeft, out var highLeft);
        Vector.Widen(upper, out var lowUpper, out var highUpper);
        Vector.Widen(corner, out var lowCorner, out var highCorner);
        return Vector.Narrow(Paeth(lowLeft, lowUpper, lowCorner), Paeth(highLeft, highUpper, highCorner));
    }

    private static Vector<ushort> Paeth(Vector<ushort> left, Vector<ushort> upper, Vector<ushort> corner)
    {
        var (a, b, c) = (Vector.AsVectorInt16(left), Vector.AsVectorInt16(upper), Vector.AsVectorInt16(corner));
        var (fromLeft, fromUpper, fromCorner) = (Vector.Abs(b - c), Vector.Abs(a - c), Vector.Abs(a + b - c - c));
        var isLeft = Vector.LessThanOrEqual(fromLeft, fromUpper) & Vector.LessThanOrEqual(fromLeft, fromCorner);
        var other = Vector.ConditionalSelect(Vector.LessThanOrEqual(fromUpper, fromCorner), b, c);
        return Vector.AsVectorUInt16(Vector.ConditionalSelect(isLeft, a, other));
    }

    private static void AddInPlace(Span<byte> row, ReadOnlySpan<byte> above)
    {
        var i = 0;
        for (; i <= row.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            (new Vector<byte>(row[i..]) + new Vector<byte>(above[i..])).CopyTo(row[i..]);
        for (; i < row.Length; i++)
            row[i] += above[i];
    }
}

using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace IRConStyle.Framework.Imaging;

/// <summary>The five row filters of PNG (section 9): predicting a byte from its left, upper and upper-left neighbours.</summary>
/// <param name="rowBytes">Bytes per row.</param>
/// <param name="pixelBytes">Distance to the left neighbour, at least 1.</param>
internal sealed class PngFilter(int rowBytes, int pixelBytes)
{
    private readonly byte[][] _candidates = [.. Enumerable.Range(0, 5).Select(_ => new byte[rowBytes + 1])];

    /// <summary>Filters a row each way and picks the one with the smallest sum of absolute differences, as libpng does.</summary>
    /// <returns>The filter's number and the filtered bytes; valid until the next call.</returns>
    public ReadOnlySpan<byte> Best(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above)
    {
        var (none, sub, up, average, paeth) = (_candidates[0], _candidates[1], _candidates[2], _candidates[3], _candidates[4]);
        for (var filter = 0; filter < 5; filter++)
            _candidates[filter][0] = (byte)filter;
        for (var i = 0; i < row.Length; i++)
        {
            var (left, corner) = i < pixelBytes ? (0, 0) : (row[i - pixelBytes], above[i - pixelBytes]);
            int value = row[i], upper = above[i];
            none[i + 1] = (byte)value;
            sub[i + 1] = (byte)(value - left);
            up[i + 1] = (byte)(value - upper);
            average[i + 1] = (byte)(value - ((left + upper) >> 1));
            paeth[i + 1] = (byte)(value - Paeth(left, upper, corner));
        }

        return _candidates.MinBy(candidate => Cost(candidate.AsSpan(1)));
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

    private static long Cost(ReadOnlySpan<byte> row)
    {
        var cost = 0L;
        foreach (var value in row)
            cost += Math.Abs((int)(sbyte)value);
        return cost;
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

using System.Runtime.CompilerServices;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// Products of channels with channels, summed over pixels: tiles of four left channels by three vectors of right ones, which
/// with three vectors of right channels and a broadcast left one are the sixteen registers that AVX2 has.
/// </summary>
internal static unsafe class ProductsKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int TileRows = 4;

    /// <summary>Adds the products of some pixels.</summary>
    /// <param name="left">The left channels; says how many pixels there are.</param>
    /// <param name="right">The right channels of the same pixels.</param>
    /// <param name="size">Channels of a head.</param>
    /// <param name="heads">Only channels of one head are multiplied with each other.</param>
    /// <param name="sums">Heads×left×right.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PixelSpan left, PixelSpan right, int size, int heads, float* sums)
    {
        var lanes = TSimd.Lanes;
        for (var head = 0; head < heads; head++)
            for (var column = 0; column < size; column += 3 * lanes)
                for (var row = 0; row < size; row += TileRows)
                    Tile(
                        left.At(0) + (head * size) + row, left.Step, Math.Min(TileRows, size - row),
                        right.At(0) + (head * size) + column, right.Step, size - column,
                        left.Count, sums + ((((nint)head * size) + row) * size) + column, size);
    }

    /// <summary>One tile. Where there are fewer rows or columns, the last row is computed again and absent columns are zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(
        float* left, nint leftStep, int rows, float* right, nint rightStep, int columns, int pixels, float* sums, nint sumStep)
    {
        var lanes = TSimd.Lanes;
        int first = Math.Min(columns, lanes), second = Math.Clamp(columns - lanes, 0, lanes), third = Math.Clamp(columns - (2 * lanes), 0, lanes);
        nint r1 = Math.Min(1, rows - 1), r2 = Math.Min(2, rows - 1), r3 = Math.Min(3, rows - 1);
        float* s1 = sums + (r1 * sumStep), s2 = sums + (r2 * sumStep), s3 = sums + (r3 * sumStep);
        int two = lanes, three = 2 * lanes;
        TVector a0 = TSimd.Load(sums, first), b0 = TSimd.Load(sums + two, second), c0 = TSimd.Load(sums + three, third);
        TVector a1 = TSimd.Load(s1, first), b1 = TSimd.Load(s1 + two, second), c1 = TSimd.Load(s1 + three, third);
        TVector a2 = TSimd.Load(s2, first), b2 = TSimd.Load(s2 + two, second), c2 = TSimd.Load(s2 + three, third);
        TVector a3 = TSimd.Load(s3, first), b3 = TSimd.Load(s3 + two, second), c3 = TSimd.Load(s3 + three, third);
        for (var pixel = 0; pixel < pixels; pixel++, left += leftStep, right += rightStep)
        {
            TVector a = TSimd.Load(right, first), b = TSimd.Load(right + two, second), c = TSimd.Load(right + three, third);
            var x = TSimd.Fill(left[0]);
            (a0, b0, c0) = (TSimd.MultiplyAdd(x, a, a0), TSimd.MultiplyAdd(x, b, b0), TSimd.MultiplyAdd(x, c, c0));
            x = TSimd.Fill(left[r1]);
            (a1, b1, c1) = (TSimd.MultiplyAdd(x, a, a1), TSimd.MultiplyAdd(x, b, b1), TSimd.MultiplyAdd(x, c, c1));
            x = TSimd.Fill(left[r2]);
            (a2, b2, c2) = (TSimd.MultiplyAdd(x, a, a2), TSimd.MultiplyAdd(x, b, b2), TSimd.MultiplyAdd(x, c, c2));
            x = TSimd.Fill(left[r3]);
            (a3, b3, c3) = (TSimd.MultiplyAdd(x, a, a3), TSimd.MultiplyAdd(x, b, b3), TSimd.MultiplyAdd(x, c, c3));
        }

        // A row that was computed again gets the same sums again.
        Write(sums, a0, b0, c0, first, second, third);
        Write(s1, a1, b1, c1, first, second, third);
        Write(s2, a2, b2, c2, first, second, third);
        Write(s3, a3, b3, c3, first, second, third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(float* target, TVector a, TVector b, TVector c, int first, int second, int third)
    {
        TSimd.Store(target, a, first);
        TSimd.Store(target + TSimd.Lanes, b, second);
        TSimd.Store(target + (2 * TSimd.Lanes), c, third);
    }
}

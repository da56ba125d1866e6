namespace IRConStyle.Framework.Imaging;

/// <summary>Finds the part of a picture worth a closer look.</summary>
internal static class Detail
{
    private const int Block = 8;

    /// <summary>The window in which two pictures differ most, to the nearest 8 pixels.</summary>
    /// <returns>Its upper left corner; the middle when they do not differ.</returns>
    public static (int Left, int Top) MostDifferent(Picture one, Picture other, int width, int height)
    {
        var (columns, rows) = (one.Width / Block, one.Height / Block);
        // sums[y, x]: the difference in all blocks above and left of (x, y), so a window is four look-ups.
        var sums = new long[rows + 1, columns + 1];
        for (var y = 0; y < rows; y++)
            for (var x = 0; x < columns; x++)
                sums[y + 1, x + 1] = Difference(one, other, x * Block, y * Block) + sums[y, x + 1] + sums[y + 1, x] - sums[y, x];

        var best = ((one.Width - width) / 2, (one.Height - height) / 2);
        var (wide, high, most) = (width / Block, height / Block, 0L);
        for (var y = 0; y + high <= rows; y++)
            for (var x = 0; x + wide <= columns; x++)
            {
                var sum = sums[y + high, x + wide] - sums[y, x + wide] - sums[y + high, x] + sums[y, x];
                if (sum <= most)
                    continue;
                most = sum;
                best = (Math.Min(x * Block, one.Width - width), Math.Min(y * Block, one.Height - height));
            }

        return best;
    }

    private static long Difference(Picture one, Picture other, int left, int top)
    {
        var sum = 0L;
        for (var y = top; y < top + Block; y++)
            for (int at = (y * one.Width + left) * 3, end = at + Block * 3; at < end; at++)
                sum += Math.Abs(one.Rgb[at] - other.Rgb[at]);
        return sum;
    }
}

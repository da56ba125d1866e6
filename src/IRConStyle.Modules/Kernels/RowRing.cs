namespace IRConStyle.Modules.Kernels;

/// <summary>A row and its neighbours, each from one pixel before the band's strip to one behind it.</summary>
/// <param name="Above">The row above; zeros beyond the image.</param>
/// <param name="Row">The row.</param>
/// <param name="Below">The row below; zeros beyond the image.</param>
public readonly record struct RowNeighbourhood(PixelSpan Above, PixelSpan Row, PixelSpan Below)
{
    /// <summary>Some of the pixels, with one on either side.</summary>
    /// <param name="start">The first, counted without the pixel before the strip.</param>
    /// <param name="count">How many, without those on either side.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such pixels.</exception>
    public RowNeighbourhood Slice(int start, int count) =>
        new(Above.Slice(start, count + 2), Row.Slice(start, count + 2), Below.Slice(start, count + 2));

    /// <summary>Some channels of all the pixels.</summary>
    /// <param name="first">The first.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such channels.</exception>
    public RowNeighbourhood Part(int first, int count) => new(Above.Part(first, count), Row.Part(first, count), Below.Part(first, count));
}

/// <summary>
/// Rows of an intermediate feature map that a 3×3 convolution looks at: three at a time, in scratch memory, with zeros around
/// the image. The whole map never exists.
/// </summary>
public static class RowRing
{
    private const int Height = 3;

    /// <summary>Bytes of scratch for each column of a band.</summary>
    /// <param name="channels">Numbers of a pixel.</param>
    public static int BytesPerColumn(int channels) => (Height + 1) * channels * sizeof(float);

    /// <summary>Goes through a band from top to bottom. A row is filled just before the first row that looks at it is used.</summary>
    /// <param name="map">The map that the band is of; says how large the image is.</param>
    /// <param name="band">The band.</param>
    /// <param name="scratch">Memory for the rows.</param>
    /// <param name="channels">Numbers of a pixel.</param>
    /// <param name="fill">Computes the pixels of a row, from a column on: row, column, where to.</param>
    /// <param name="use">Looks at a row of the band and its neighbours.</param>
    public static void Sweep(
        FeatureMap map, RowBand band, Scratch scratch, int channels,
        Action<int, int, PixelSpan> fill, Action<int, RowNeighbourhood> use)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(fill);
        ArgumentNullException.ThrowIfNull(use);
        var width = band.Right - band.Left + 2;
        var memory = scratch.Pixels((Height + 1) * width, channels);
        memory.Clear();
        // Where the strip ends within the image, the neighbouring columns are computed too; elsewhere they stay zero.
        var (left, right) = (Math.Max(0, band.Left - 1), Math.Min(map.Width, band.Right + 1));
        for (var row = Math.Max(0, band.Top - 1); row <= band.Bottom; row++)
        {
            if (row < map.Height)
                fill(row, left, Row(row).Slice(left - (band.Left - 1), right - left));
            if (row > band.Top)
                use(row - 1, new RowNeighbourhood(Row(row - 2), Row(row - 1), Row(row)));
        }

        PixelSpan Row(int row) =>
            memory.Slice((row < 0 || row >= map.Height ? Height : row % Height) * width, width);
    }
}

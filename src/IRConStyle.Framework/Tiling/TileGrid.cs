using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Tiling;

/// <summary>
/// Cuts an image into tiles of one size, evenly spaced, so that there are no slivers, and joins them by weights that fade
/// smoothly over what neighbours share and are one together everywhere.
/// </summary>
public sealed class TileGrid
{
    private readonly TileAxis _rows;
    private readonly TileAxis _columns;

    private TileGrid(TileAxis rows, TileAxis columns) => (_rows, _columns) = (rows, columns);

    /// <summary>Height of the image, extended to what tiles cover.</summary>
    public long Height => _rows.Length;

    /// <summary>Width of the image, extended to what tiles cover.</summary>
    public long Width => _columns.Length;

    /// <summary>How many tiles there are; one is the whole image.</summary>
    public int Count => _rows.Count * _columns.Count;

    /// <summary>Pixels of all tiles together: what is to be computed.</summary>
    public long Pixels => Count * _rows.Size * _columns.Size;

    /// <summary>A tile, row by row from the upper left.</summary>
    /// <param name="index">From 0 to below <see cref="Count"/>.</param>
    public Tile this[int index]
    {
        get
        {
            var (row, column) = Math.DivRem(index, _columns.Count);
            return new Tile(_rows.Start(row), _columns.Start(column), _rows.Size, _columns.Size);
        }
    }

    /// <summary>Plans tiles: of all grids whose tiles are small enough, the one with least to compute.</summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="multiple">What the sides and places of tiles are multiples of.</param>
    /// <param name="most">Pixels that a tile has at most; exceeded where tiles would be smaller than what they share.</param>
    /// <param name="overlap">Pixels that neighbours share at least.</param>
    public static TileGrid Plan(long height, long width, long multiple, double most, long overlap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(multiple, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(overlap);
        var columns = TileAxis.All(width, multiple, overlap);
        TileGrid? best = null;
        foreach (var rows in TileAxis.All(height, multiple, overlap))
        {
            // Fewer columns are less to compute, so the first that is small enough is the best one.
            var grid = new TileGrid(rows, columns.Find(axis => axis.Size * rows.Size <= most) ?? columns[^1]);
            if (best is null || grid.IsBetterThan(best, most))
                best = grid;
        }

        return best!;
    }

    /// <summary>How much a tile counts at each of its pixels.</summary>
    /// <param name="index">Which tile.</param>
    /// <returns>Height×width float32 from 0 to 1, owned by the caller.</returns>
    public Tensor Weights(int index)
    {
        using var scope = NewDisposeScope();
        var (row, column) = Math.DivRem(index, _columns.Count);
        return tensor(_rows.Weights(row)).unsqueeze(1).mul(tensor(_columns.Weights(column)).unsqueeze(0)).MoveToOuterDisposeScope();
    }

    private bool IsBetterThan(TileGrid other, double most)
    {
        var (size, otherSize) = (_rows.Size * _columns.Size, other._rows.Size * other._columns.Size);
        return (size <= most, otherSize <= most) switch
        {
            (true, true) => (Pixels, Count).CompareTo((other.Pixels, other.Count)) < 0,
            (false, false) => size < otherSize,
            (var fits, _) => fits,
        };
    }
}

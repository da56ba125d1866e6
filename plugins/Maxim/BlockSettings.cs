using System.Numerics;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Maxim;

/// <summary>How the blocks of one level are built.</summary>
/// <param name="Options">What all levels share.</param>
/// <param name="Bias">Whether layers have a bias.</param>
/// <param name="Block">The partition into blocks whose pixels are mixed.</param>
/// <param name="Grid">The partition into a grid whose cells are mixed.</param>
internal sealed record BlockSettings(MaximBlockOptions Options, bool Bias, PixelPartition Block, PixelPartition Grid)
{
    /// <summary>Beyond it, images would mostly consist of padding.</summary>
    private const long LargestMultiple = 4096;

    /// <summary>The settings of levels 0 to 2.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="bias">Whether layers have a bias.</param>
    /// <param name="level">How often the image has been halved there.</param>
    public static BlockSettings OfLevel(MaximBlockOptions options, bool bias, int level)
    {
        // The authors use the block's size as the grid's where resolution is low.
        var (block, grid) = level < options.HighResolutionLevels
            ? (options.HighResolutionBlock, options.HighResolutionGrid)
            : (options.LowResolutionBlock, options.LowResolutionBlock);
        return new(options, bias, PixelPartition.IntoBlocks(block), PixelPartition.IntoGrid(grid));
    }

    /// <summary>The settings of the bottleneck.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="bias">Whether layers have a bias.</param>
    public static BlockSettings OfBottleneck(MaximBlockOptions options, bool bias) => new(
        options, bias, PixelPartition.IntoBlocks(options.LowResolutionBlock), PixelPartition.IntoGrid(options.LowResolutionGrid));

    /// <summary>What height and width of the image must be multiples of, so that every level splits evenly.</summary>
    /// <param name="levels">From full size to the bottleneck, each half as large as the one before.</param>
    /// <exception cref="IRConStyleException">It would be unreasonably large.</exception>
    public static int SizeMultiple(IReadOnlyList<BlockSettings> levels)
    {
        var multiple = 1L;
        for (var level = 0; level < levels.Count; level++)
            foreach (var size in levels[level].Block.Sides.Concat(levels[level].Grid.Sides))
            {
                var side = (long)size << level;
                multiple = multiple / (long)BigInteger.GreatestCommonDivisor(multiple, side) * side;
                if (multiple > LargestMultiple)
                    throw new IRConStyleException(
                        $"With these sizes of blocks and grids, images would be padded to a multiple of {multiple}.",
                        $"Choose sizes that divide one another, so that it is at most {LargestMultiple}.");
            }

        return (int)multiple;
    }
}

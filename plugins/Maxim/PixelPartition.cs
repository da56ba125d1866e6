using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Plugins.Maxim;

/// <summary>
/// A partition of an image into equal rectangles, and which pixels are mixed with one another: those of a rectangle of fixed
/// size (a block), or those at the same place of all rectangles of a fixed grid. The pixels that are mixed are the first
/// axis of the tokens P×R×C, so that mixing is one matrix product from the left, over all channels and the rest at once.
/// Source: MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
internal sealed class PixelPartition
{
    /// <summary>Of the tokens of one band; a branch has up to four such tensors in use at once.</summary>
    private const long BandBytesPerThread = 512 * 1024;

    private readonly long _height;
    private readonly long _width;
    private readonly long[] _order;
    private readonly int _bandAxis;

    private PixelPartition(int[] size, bool isGrid)
    {
        if (size is not [> 0 and <= 256, > 0 and <= 256])
            throw new IRConStyleException(
                $"The size of a {(isGrid ? "grid" : "block")} is [{string.Join(", ", size)}].",
                "Give height and width, both from 1 to 256.");
        (IsGrid, _height, _width) = (isGrid, size[0], size[1]);
        // Axes of a split image: batch, row and column of the rectangle (1, 3), row and column within it (2, 4), channel.
        _order = isGrid ? [1, 3, 0, 2, 4, 5] : [2, 4, 0, 1, 3, 5];
        _bandAxis = isGrid ? 2 : 1;
    }

    /// <summary>Whether pixels of different rectangles are mixed.</summary>
    public bool IsGrid { get; }

    /// <summary>P: how many pixels are mixed.</summary>
    public int Positions => (int)(_height * _width);

    /// <summary>What the image's sides must be multiples of.</summary>
    public IEnumerable<int> Sides => [(int)_height, (int)_width];

    /// <summary>Rectangles of this height and width, mixed within.</summary>
    public static PixelPartition IntoBlocks(int[] size) => new(size, isGrid: false);

    /// <summary>So many rows and columns of rectangles, mixed across.</summary>
    public static PixelPartition IntoGrid(int[] size) => new(size, isGrid: true);

    /// <summary>Brings the pixels that are mixed to the front.</summary>
    /// <param name="image">N×H×W×C.</param>
    /// <returns>P×R×C, owned by the caller.</returns>
    public Tensor ToTokens(Tensor image)
    {
        using var split = Split(image);
        using var ordered = split.permute(_order);
        return ordered.reshape(Positions, -1, image.shape[3]);
    }

    /// <summary>The way back from <see cref="ToTokens"/>.</summary>
    /// <param name="tokens">P×R×C.</param>
    /// <param name="image">An image of the shape that the tokens are from.</param>
    /// <returns>N×H×W×C, owned by the caller.</returns>
    public Tensor ToImage(Tensor tokens, Tensor image)
    {
        using var split = Split(image);
        using var ordered = tokens.reshape([.. _order.Select(axis => split.shape[axis])]);
        using var restored = ordered.permute([.. Enumerable.Range(0, 6).Select(axis => (long)Array.IndexOf(_order, axis))]);
        return restored.reshape(image.shape);
    }

    /// <summary>
    /// Adds to <paramref name="output"/> what a branch makes of the tokens. It goes in bands, which hold all the pixels of
    /// the mixes they hold, so that the branch's many layers find their input in the cache.
    /// </summary>
    /// <param name="image">N×H×W×C, contiguous.</param>
    /// <param name="output">N×H×W×C, contiguous, changed.</param>
    /// <param name="branch">From P×R×C to P×R×C; it neither keeps nor changes its input.</param>
    public void Accumulate(Tensor image, Tensor output, Func<Tensor, Tensor> branch)
    {
        using var source = Split(image);
        using var target = Split(output);
        var count = source.shape[_bandAxis];
        var step = BandLength(image, count);
        for (var start = 0L; start < count; start += step)
        {
            using var scope = NewDisposeScope();
            var length = Math.Min(step, count - start);
            var tokens = source.narrow(_bandAxis, start, length).permute(_order);
            var added = branch(tokens.reshape(Positions, -1, image.shape[3]));
            target.narrow(_bandAxis, start, length).permute(_order).add_(added.view(tokens.shape));
        }
    }

    private static long BandLength(Tensor image, long count)
    {
        if (image.device_type != DeviceType.CPU)
            return count;
        var bytes = image.numel() * image.element_size() / count;
        return Math.Clamp(BandBytesPerThread * get_num_threads() / bytes, 1, count);
    }

    private Tensor Split(Tensor image)
    {
        var (height, width) = (image.shape[1], image.shape[2]);
        var (rows, columns) = IsGrid ? (_height, _width) : (height / _height, width / _width);
        return image.reshape(image.shape[0], rows, height / rows, columns, width / columns, image.shape[3]);
    }
}

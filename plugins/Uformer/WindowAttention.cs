using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Uformer;

/// <summary>
/// Self-attention inside windows of pixels, with a learned bias for every head and distance (state names
/// <c>relative_position_bias_table</c>, <c>relative_position_index</c>, <c>qkv</c>, <c>proj</c>).
/// Source: Swin Transformer, https://arxiv.org/abs/2103.14030, as Uformer uses it.
/// </summary>
internal sealed class WindowAttention : Module
{
    private readonly int _window;
    private readonly int _shift;

    [ComponentName(Name = "relative_position_bias_table")]
    private Parameter _table;

    /// <summary>For each pair of places in a window, the row of the table for their distance: window²×window².</summary>
    [ComponentName(Name = "relative_position_index")]
    private Tensor _index;

    [ComponentName(Name = "qkv")]
    private readonly TokenProjection _projection;

    [ComponentName(Name = "proj")]
    private readonly Linear _mix;

    /// <param name="channels">Channels of the pixels.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="window">Side of a window.</param>
    /// <param name="shift">By how much windows start inside the image, cyclically; below <paramref name="window"/>.</param>
    /// <param name="bias">Whether queries, keys and values have biases.</param>
    public WindowAttention(int channels, int heads, int window, int shift, bool bias)
        : base(nameof(WindowAttention))
    {
        (_window, _shift) = (window, shift);
        var distances = (2 * window) - 1;
        _table = Parameter(zeros(distances * distances, heads));
        init.normal_(_table, 0, 0.02);
        _projection = new TokenProjection(channels, heads, bias);
        _mix = Linear(channels, channels);
        _index = CreateIndex(window);
        RegisterComponents();
    }

    /// <summary>Lets the pixels of each window attend to each other.</summary>
    /// <param name="pixels">N×H×W×C, H and W multiples of the window.</param>
    /// <param name="offsets">window²×C, added to the pixels of each window first; may be null.</param>
    /// <returns>N×H×W×C, contiguous, owned by the caller.</returns>
    public Tensor Attend(Tensor pixels, Tensor? offsets)
    {
        using var scope = NewDisposeScope();
        var bias = Bias();
        if (_shift == 0)
            return AttendInside(pixels, offsets, bias).MoveToOuterDisposeScope();

        // Windows across an edge hold pixels of opposite sides of the image, which must not see each other. All windows
        // of the last row are cut in the same way, so are those of the last column: four rectangles, each with one mask
        // for all its windows, instead of a mask per window.
        var sides = Sides(pixels);
        var rolled = pixels.roll([-_shift, -_shift], [1, 2]);
        var bands = new List<Tensor>(2);
        foreach (var (top, height, cutsRows) in Split(pixels.shape[1]))
        {
            var parts = new List<Tensor>(2);
            foreach (var (left, width, cutsColumns) in Split(pixels.shape[2]))
            {
                var masked = cutsRows || cutsColumns ? bias + Mask(sides, cutsRows, cutsColumns) : bias;
                parts.Add(AttendInside(rolled.narrow(1, top, height).narrow(2, left, width), offsets, masked));
            }

            bands.Add(cat(parts, 2));
        }

        rolled.Dispose();
        return cat(bands, 1).roll([_shift, _shift], [1, 2]).MoveToOuterDisposeScope();
    }

    /// <summary>Cuts an image into windows.</summary>
    /// <param name="pixels">N×H×W×C.</param>
    /// <param name="window">Side of a window; divides H and W.</param>
    /// <returns>(N·H/window·W/window)×window²×C, row by row, owned by the caller.</returns>
    internal static Tensor ToWindows(Tensor pixels, int window)
    {
        using var scope = NewDisposeScope();
        var (count, height, width, channels) = (pixels.shape[0], pixels.shape[1], pixels.shape[2], pixels.shape[3]);
        return pixels
            .reshape(count, height / window, window, width / window, window, channels)
            .permute(0, 1, 3, 2, 4, 5)
            .reshape(-1, window * window, channels)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Undoes <see cref="ToWindows"/>.</summary>
    /// <param name="windows">(N·H/window·W/window)×window²×C.</param>
    /// <param name="window">Side of a window.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <returns>N×H×W×C, owned by the caller.</returns>
    internal static Tensor FromWindows(Tensor windows, int window, long height, long width)
    {
        using var scope = NewDisposeScope();
        var channels = windows.shape[2];
        return windows
            .view(-1, height / window, width / window, window, window, channels)
            .permute(0, 1, 3, 2, 4, 5)
            .reshape(-1, height, width, channels)
            .MoveToOuterDisposeScope();
    }

    private static Tensor CreateIndex(int window)
    {
        using var scope = NewDisposeScope();
        var places = arange(window * window, ScalarType.Int64);
        var (rows, columns) = (places.div(window, RoundingMode.floor), places.remainder(window));
        var down = rows.unsqueeze(1) - rows + (window - 1);
        var right = columns.unsqueeze(1) - columns + (window - 1);
        return ((down * ((2 * window) - 1)) + right).MoveToOuterDisposeScope();
    }

    private Tensor AttendInside(Tensor pixels, Tensor? offsets, Tensor bias)
    {
        using var scope = NewDisposeScope();
        var windows = ToWindows(pixels, _window);
        if (offsets is not null)
            windows = windows + offsets;
        var taken = _projection.Attend(windows, windows, bias);
        windows.Dispose();
        return FromWindows(_mix.Consume(taken), _window, pixels.shape[1], pixels.shape[2]).MoveToOuterDisposeScope();
    }

    /// <summary>1×heads×window²×window², what the distance of two pixels adds to their logit.</summary>
    private Tensor Bias()
    {
        using var scope = NewDisposeScope();
        return _table.index_select(0, _index.flatten())
            .view(_index.shape[0], _index.shape[1], -1)
            .permute(2, 0, 1)
            .unsqueeze(0)
            .contiguous()
            .MoveToOuterDisposeScope();
    }

    /// <summary>Where in a cut window the image starts anew: window elements, 1 behind the cut and 0 before it.</summary>
    private Tensor Sides(Tensor like)
    {
        using var places = arange(_window, device: like.device);
        return places.ge(_window - _shift);
    }

    /// <summary>window²×window², −100 where a cut parts two pixels, else 0.</summary>
    private Tensor Mask(Tensor sides, bool cutsRows, bool cutsColumns)
    {
        using var scope = NewDisposeScope();
        var down = cutsRows ? sides : zeros_like(sides);
        var right = cutsColumns ? sides : zeros_like(sides);
        var (rows, columns) = (down.repeat_interleave(_window), right.repeat(_window));
        var parted = rows.unsqueeze(1).ne(rows).logical_or(columns.unsqueeze(1).ne(columns));
        return parted.to(_table.dtype).mul_(-100).MoveToOuterDisposeScope();
    }

    /// <summary>Whole windows first, then the ones that are cut.</summary>
    private IEnumerable<(long Start, long Length, bool IsCut)> Split(long side)
    {
        if (side > _window)
            yield return (0, side - _window, false);
        yield return (side - _window, _window, true);
    }
}

using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Benchmarks;

/// <summary>What MAXIM's weights do not tell.</summary>
/// <param name="HighResolution">Height and width of blocks and of grids on the first levels.</param>
/// <param name="LowResolution">Height and width of blocks, and of the grid at the bottom, on the others.</param>
/// <param name="HighResolutionLevels">How many levels the first are.</param>
public sealed record PlainMaximSizes(
    ((long Height, long Width) Block, (long Height, long Width) Grid) HighResolution,
    ((long Height, long Width) Block, (long Height, long Width) Grid) LowResolution,
    int HighResolutionLevels)
{
    /// <summary>The authors' sizes.</summary>
    public static PlainMaximSizes Default { get; } = new(((16, 16), (16, 16)), ((8, 8), (8, 8)), 2);
}

/// <summary>The layers of <see cref="PlainMaxim"/> and <see cref="PlainConStyleMaxim"/>.</summary>
/// <param name="weights">Parameters by their state_dict names.</param>
/// <param name="sizes">Sizes of blocks and grids.</param>
public abstract class PlainMaximBlocks(IReadOnlyDictionary<string, Tensor> weights, PlainMaximSizes sizes)
{
    private const double Epsilon = 1e-6;
    private const double Slope = 0.2;

    /// <summary>The image at one of three scales: of every square the later of the middle pixels.</summary>
    protected static Tensor Pick(Tensor image, int level)
    {
        var step = 1L << level;
        return image.slice(2, step / 2, image.shape[2], step).slice(3, step / 2, image.shape[3], step);
    }

    /// <summary>Bilinear, antialiased, then a 1×1 convolution where <paramref name="name"/> has one.</summary>
    protected Tensor Signal(string name, Tensor x, double scale)
    {
        if (scale != 1)
            x = functional.interpolate(
                x, [(long)(x.shape[2] * scale), (long)(x.shape[3] * scale)],
                mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
        return weights.ContainsKey($"{name}.Conv_0.weight") ? Convolve($"{name}.Conv_0", x) : x;
    }

    /// <summary>An encoder's or decoder's block without what surrounds it.</summary>
    protected Tensor Level(string name, int level, params Tensor[] joined)
    {
        using var scope = NewDisposeScope();
        var shortcut = Convolve($"{name}.Conv_0", cat(joined, 1));
        var x = ToPixels(shortcut);
        for (var i = 0; i < 2; i++)
        {
            x = MixPixels($"{name}.SplitHeadMultiAxisGmlpLayer_{i}", x, SizesOf(level));
            x = Attend($"{name}.channel_attention_block_1{i}", x);
        }

        return (ToChannelsFirst(x) + shortcut).MoveToOuterDisposeScope();
    }

    /// <summary>A block of the bottleneck.</summary>
    protected Tensor Bottleneck(string name, Tensor input)
    {
        using var scope = NewDisposeScope();
        var shortcut = Convolve($"{name}.input_proj", input);
        var x = ToPixels(shortcut);
        for (var i = 0; i < 2; i++)
        {
            x = MixPixels($"{name}.SplitHeadMultiAxisGmlpLayer_{i}", x, sizes.LowResolution);
            var attention = $"{name}.channel_attention_block_1_{i}";
            var y = functional.gelu(Project($"{attention}.channel_mixing.Dense_0", Normalize($"{attention}.LayerNorm", x)));
            x = x + ChannelAttention($"{attention}.channel_attention", Project($"{attention}.channel_mixing.Dense_1", y));
        }

        return (ToChannelsFirst(x) + shortcut).MoveToOuterDisposeScope();
    }

    /// <summary>Cross gating of skip signals and global features.</summary>
    protected (Tensor Skip, Tensor Global) Gate(string name, int level, Tensor below, params Tensor[] signals)
    {
        using var scope = NewDisposeScope();
        var x0 = ToPixels(Convolve($"{name}.Conv_0", cat(signals, 1)));
        var y0 = ToPixels(Convolve($"{name}.Conv_1", Enlarge($"{name}.ConvTranspose_0", below)));
        var x = functional.gelu(Project($"{name}.in_project_x", Normalize($"{name}.LayerNorm_x", x0)));
        var y = functional.gelu(Project($"{name}.in_project_y", Normalize($"{name}.LayerNorm_y", y0)));
        var weightsX = SpatialGate($"{name}.SplitHeadMultiAxisGating_x", x, SizesOf(level));
        var weightsY = SpatialGate($"{name}.SplitHeadMultiAxisGating_y", y, SizesOf(level));
        y = Project($"{name}.out_project_y", y * weightsX) + y0;
        x = Project($"{name}.out_project_x", x * weightsY) + y + x0;
        return (ToChannelsFirst(x).MoveToOuterDisposeScope(), ToChannelsFirst(y).MoveToOuterDisposeScope());
    }

    /// <summary>A convolution that keeps the size unless it strides.</summary>
    protected Tensor Convolve(string name, Tensor x, int padding = 0, long stride = 1)
        => CpuConvolutions.Apply(x, weights[$"{name}.weight"], safe => functional.conv2d(
            safe, weights[$"{name}.weight"], weights.GetValueOrDefault($"{name}.bias"), strides: [stride, stride],
            padding: [padding, padding]));

    /// <summary>A transposed convolution that doubles the size.</summary>
    protected Tensor Enlarge(string name, Tensor x)
        => CpuConvolutions.Apply(x, weights[$"{name}.weight"], transposed: true, convolve: safe => functional.conv_transpose2d(
            safe, weights[$"{name}.weight"], weights.GetValueOrDefault($"{name}.bias"), strides: [2, 2]));

    /// <summary>A linear layer over the last axis.</summary>
    protected Tensor Project(string name, Tensor x) =>
        functional.linear(x, weights[$"{name}.weight"], weights.GetValueOrDefault($"{name}.bias"));

    private static Tensor ToPixels(Tensor x) => x.permute(0, 2, 3, 1).contiguous();

    private static Tensor ToChannelsFirst(Tensor x) => x.permute(0, 3, 1, 2).contiguous();

    /// <summary>From images N×H×W×C to patches N×(rectangles)×(pixels of a rectangle)×C.</summary>
    private static Tensor Cut(Tensor x, long rows, long columns)
    {
        var (count, height, width, channels) = (x.shape[0], x.shape[1] / rows, x.shape[2] / columns, x.shape[3]);
        return x.view(count, rows, height, columns, width, channels).permute(0, 1, 3, 2, 4, 5).contiguous()
            .view(count, rows * columns, height * width, channels);
    }

    private static Tensor Paste(Tensor x, long rows, long columns, long height, long width)
    {
        var (count, channels) = (x.shape[0], x.shape[3]);
        return x.view(count, rows, columns, height, width, channels).permute(0, 1, 3, 2, 4, 5).contiguous()
            .view(count, rows * height, columns * width, channels);
    }

    private ((long Height, long Width) Block, (long Height, long Width) Grid) SizesOf(int level) =>
        level < sizes.HighResolutionLevels ? sizes.HighResolution : (sizes.LowResolution.Block, sizes.LowResolution.Block);

    private Tensor MixPixels(string name, Tensor input, ((long Height, long Width) Block, (long Height, long Width) Grid) size)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (input.shape[1], input.shape[2]);
        var x = functional.gelu(Project($"{name}.in_project", Normalize($"{name}.LayerNorm_in", input)));
        var halves = x.chunk(2, -1);
        var (rows, columns) = size.Grid;
        var grid = Paste(
            GatedMlp($"{name}.GridGmlpLayer", "GridGatingUnit", Cut(halves[0], rows, columns), [0, 3, 2, 1]),
            rows, columns, height / rows, width / columns);
        (rows, columns) = (height / size.Block.Height, width / size.Block.Width);
        var block = Paste(
            GatedMlp($"{name}.BlockGmlpLayer", "BlockGatingUnit", Cut(halves[1], rows, columns), [0, 1, 3, 2]),
            rows, columns, size.Block.Height, size.Block.Width);
        return (Project($"{name}.out_project", cat([grid, block], -1)) + input).MoveToOuterDisposeScope();
    }

    private Tensor GatedMlp(string name, string gate, Tensor input, long[] order)
    {
        using var scope = NewDisposeScope();
        var x = functional.gelu(Project($"{name}.in_project", Normalize($"{name}.LayerNorm", input)));
        var halves = x.chunk(2, -1);
        var weight = Mix($"{name}.{gate}.Dense_0", Normalize($"{name}.{gate}.intermediate_layernorm", halves[1]), order);
        return (Project($"{name}.out_project", halves[0] * (weight + 1)) + input).MoveToOuterDisposeScope();
    }

    private Tensor SpatialGate(string name, Tensor input, ((long Height, long Width) Block, (long Height, long Width) Grid) size)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (input.shape[1], input.shape[2]);
        var x = functional.gelu(Project($"{name}.in_project", Normalize($"{name}.LayerNorm_in", input)));
        var halves = x.chunk(2, -1);
        var (rows, columns) = size.Grid;
        var grid = Paste(
            Mix($"{name}.Dense_0", Cut(halves[0], rows, columns), [0, 3, 2, 1]),
            rows, columns, height / rows, width / columns);
        (rows, columns) = (height / size.Block.Height, width / size.Block.Width);
        var block = Paste(
            Mix($"{name}.Dense_1", Cut(halves[1], rows, columns), [0, 1, 3, 2]),
            rows, columns, size.Block.Height, size.Block.Width);
        return Project($"{name}.out_project", cat([grid, block], -1)).MoveToOuterDisposeScope();
    }

    /// <summary>A linear layer over the axis that <paramref name="order"/> brings last; the order is its own inverse.</summary>
    private Tensor Mix(string name, Tensor x, long[] order) =>
        Project(name, x.permute(order).contiguous()).permute(order).contiguous();

    private Tensor Attend(string name, Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = ToChannelsFirst(Normalize($"{name}.LayerNorm", input));
        x = Convolve($"{name}.conv2", functional.leaky_relu(Convolve($"{name}.conv1", x, 1), Slope), 1);
        return (ChannelAttention($"{name}.channel_attention", ToPixels(x)) + input).MoveToOuterDisposeScope();
    }

    private Tensor ChannelAttention(string name, Tensor x)
    {
        using var scope = NewDisposeScope();
        var mean = ToChannelsFirst(x).mean([2, 3], keepdim: true);
        var y = sigmoid(Convolve($"{name}.Conv_1", functional.relu(Convolve($"{name}.Conv_0", mean))));
        return (x * ToPixels(y)).MoveToOuterDisposeScope();
    }

    private Tensor Normalize(string name, Tensor x)
    {
        using var scope = NewDisposeScope();
        var centred = x - x.mean([-1], keepdim: true);
        var normalized = centred / (centred.pow(2).mean([-1], keepdim: true) + Epsilon).sqrt();
        return ((normalized * weights[$"{name}.gamma"]) + weights[$"{name}.beta"]).MoveToOuterDisposeScope();
    }
}

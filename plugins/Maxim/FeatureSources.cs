using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>
/// What brings feature maps of another level to the level where they are joined. It is linear, and so is the 1×1
/// convolution that follows the joining: where no gradient is recorded both become one, and nothing is joined at all.
/// </summary>
internal interface IFeatureSource
{
    /// <summary>Its channels.</summary>
    int Channels { get; }

    /// <summary>The feature map as it is joined.</summary>
    /// <param name="pixels">N×h×w×B.</param>
    /// <returns>N×H×W×C, owned by the caller.</returns>
    Tensor Compute(Tensor pixels);

    /// <summary>What its bias adds after the convolution; null without a bias.</summary>
    /// <param name="weight">Of the convolution, D×C.</param>
    /// <returns>D, owned by the caller.</returns>
    Tensor? Offset(Tensor weight);

    /// <summary>Adds to <paramref name="output"/> what follows from it, but for <see cref="Offset"/>.</summary>
    /// <param name="output">N×H×W×D, contiguous, changed.</param>
    /// <param name="pixels">N×h×w×B, contiguous.</param>
    /// <param name="weight">Of the convolution, D×C.</param>
    void AddTo(Tensor output, Tensor pixels, Tensor weight);
}

/// <summary>Joins feature maps and mixes them by a 1×1 convolution.</summary>
internal static class FeatureJoin
{
    /// <summary>Joins and mixes.</summary>
    /// <param name="convolution">The 1×1 convolution, over the channels of all parts.</param>
    /// <param name="size">N, H, W of the result.</param>
    /// <param name="parts">In the order of the convolution's channels.</param>
    /// <returns>N×H×W×D, contiguous, owned by the caller.</returns>
    public static Tensor Join(this Conv2d convolution, long[] size, params (IFeatureSource Source, Tensor Pixels)[] parts)
    {
        using var scope = NewDisposeScope();
        if (is_grad_enabled())
        {
            var joined = cat([.. parts.Select(part => part.Source.Compute(part.Pixels))], -1);
            return convolution.OnPixels(joined).MoveToOuterDisposeScope();
        }

        var weight = convolution.weight!.flatten(1);            // D×sum of C
        var slices = new Tensor[parts.Length];
        var first = 0L;
        for (var i = 0; i < parts.Length; first += parts[i].Source.Channels, i++)
            slices[i] = weight.narrow(1, first, parts[i].Source.Channels);

        var offsets = parts.Select((part, i) => part.Source.Offset(slices[i])).Append(convolution.bias).OfType<Tensor>();
        var output = empty([.. size, weight.shape[0]], weight.dtype, weight.device);
        if (offsets.ToArray() is { Length: > 0 } present)
            output.copy_(present.Aggregate((sum, next) => sum + next));
        else
            output.zero_();
        for (var i = 0; i < parts.Length; i++)
            parts[i].Source.AddTo(output, parts[i].Pixels, slices[i]);
        return output.MoveToOuterDisposeScope();
    }
}

/// <summary>A feature map that is resampled only: bilinear, with antialiasing where that makes it smaller.</summary>
/// <param name="channels">Channels.</param>
/// <param name="scale">Of both sides; 1 leaves it unchanged.</param>
internal sealed class BilinearResampling(int channels, double scale = 1) : IFeatureSource
{
    public int Channels => channels;

    /// <returns>Contiguous; may share memory with <paramref name="pixels"/>.</returns>
    public Tensor Compute(Tensor pixels)
    {
        if (scale == 1)
            return pixels.alias();
        using var scope = NewDisposeScope();
        var channelsFirst = pixels.permute(0, 3, 1, 2);
        var resampled = scale < 1 && !is_grad_enabled() ? Shrink(channelsFirst) : Interpolate(channelsFirst);
        return resampled.permute(0, 2, 3, 1).contiguous().MoveToOuterDisposeScope();
    }

    public Tensor? Offset(Tensor weight) => null;

    public void AddTo(Tensor output, Tensor pixels, Tensor weight)
    {
        using var scope = NewDisposeScope();
        if (scale > 1 && weight.shape[0] <= weight.shape[1])
        {
            // BilinearResampling and projecting commute, and this way round the fewer values are resampled.
            output.add_(Compute(functional.linear(pixels, weight)));
            return;
        }

        var rows = Compute(pixels).view(-1, pixels.shape[3]);
        output.view(-1, output.shape[3]).addmm_(rows, weight.t(), 1, 1);
    }

    private Tensor Interpolate(Tensor image)
    {
        long[] size = [(long)(image.shape[2] * scale), (long)(image.shape[3] * scale)];
        // Antialiasing changes nothing where the image becomes larger, but has the slower kernel.
        return functional.interpolate(
            image, size, mode: InterpolationMode.Bilinear, align_corners: false, antialias: scale < 1);
    }

    /// <summary>
    /// The same, many times faster, by a strided depthwise convolution: antialiasing by a factor s weighs 2s pixels by a
    /// triangle. The taps beyond an edge, an eighth of the weight for every even s, are missing, and the others make up for
    /// it. No pixel lies at two opposite edges: images of a multiple of 8 leave at least two.
    /// </summary>
    private Tensor Shrink(Tensor image)
    {
        var factor = (int)(1 / scale);
        var taps = Enumerable.Range(0, 2 * factor).Select(tap => (1 - (Math.Abs(tap + 0.5 - factor) / factor)) / factor);
        var line = tensor([.. taps], image.dtype, image.device);
        var kernel = (line.unsqueeze(1) * line).expand(channels, 1, -1, -1).contiguous();
        var shrunk = functional.conv2d(
            image, kernel, strides: [factor, factor], padding: [factor / 2, factor / 2], groups: channels);
        foreach (var axis in new[] { 2, 3 })
            foreach (var edge in new[] { 0, shrunk.shape[axis] - 1 })
                shrunk.narrow(axis, edge, 1).mul_(8.0 / 7);
        return shrunk;
    }
}

/// <summary>A feature map of another level: resampled, then projected.</summary>
internal sealed class ResampledProjection : Module<Tensor, Tensor>, IFeatureSource
{
    private readonly BilinearResampling _resampling;

    [ComponentName(Name = "Conv_0")]
    private readonly Conv2d _projection;

    /// <param name="input">Input channels.</param>
    /// <param name="channels">Output channels.</param>
    /// <param name="scale">Of both sides.</param>
    /// <param name="bias">Whether the projection has a bias.</param>
    public ResampledProjection(int input, int channels, double scale, bool bias)
        : base(nameof(ResampledProjection))
    {
        Channels = channels;
        _resampling = new BilinearResampling(input, scale);
        _projection = Layers.Convolution(input, channels, 1, bias);
        RegisterComponents();
    }

    public int Channels { get; }

    public Tensor Compute(Tensor pixels) => call(pixels);

    public override Tensor forward(Tensor pixels)
    {
        using var resampled = _resampling.Compute(pixels);
        return _projection.OnPixels(resampled);
    }

    public Tensor? Offset(Tensor weight) => _projection.bias is { } bias ? weight.mv(bias) : null;

    public void AddTo(Tensor output, Tensor pixels, Tensor weight)
    {
        using var own = _projection.weight!.flatten(1);                     // C×B
        using var both = weight.mm(own);                                    // D×B
        _resampling.AddTo(output, pixels, both);
    }
}

/// <summary>A feature map of the level below, each pixel of which becomes 2×2 by a transposed convolution.</summary>
/// <param name="layer">The convolution, whose owner is another.</param>
internal sealed class TransposedUpsampling(ConvTranspose2d layer) : IFeatureSource
{
    public int Channels { get; } = (int)layer.weight!.shape[1];

    /// <summary>The convolution: kernel and stride 2.</summary>
    /// <param name="input">Input channels.</param>
    /// <param name="output">Output channels.</param>
    /// <param name="bias">Whether it has a bias.</param>
    public static ConvTranspose2d Convolution(int input, int output, bool bias) =>
        ConvTranspose2d(input, output, 2, stride: 2, bias: bias);

    public Tensor Compute(Tensor pixels) => layer.OnPixels(pixels);

    public Tensor? Offset(Tensor weight) => layer.bias is { } bias ? weight.mv(bias) : null;

    public void AddTo(Tensor output, Tensor pixels, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var (count, height, width) = (pixels.shape[0], pixels.shape[1], pixels.shape[2]);
        var own = layer.weight!.permute(2, 3, 1, 0);                        // 2×2×C×B
        var both = weight.matmul(own).view(-1, pixels.shape[3]);            // 4D×B
        var quads = functional.linear(pixels, both).view(count, height, width, 2, 2, -1);
        output.view(count, height, 2, width, 2, -1).add_(quads.permute(0, 1, 3, 2, 4, 5));
    }
}

/// <summary>
/// A feature map of the level below, each pixel of which becomes 2×2: convolution 3×3, then channels become pixels (state
/// name <c>up.0</c>).
/// </summary>
internal sealed class PixelShuffleUpsampling : Module<Tensor, Tensor>, IFeatureSource
{
    [ComponentName(Name = "up")]
    private readonly Sequential _up;

    public PixelShuffleUpsampling(int channels)
        : base(nameof(PixelShuffleUpsampling))
    {
        Channels = channels;
        _up = Sequential(Layers.Convolution(channels, channels * 4, 3, bias: false), PixelShuffle(2));
        RegisterComponents();
    }

    public int Channels { get; }

    public Tensor Compute(Tensor pixels) => call(pixels);

    public override Tensor forward(Tensor pixels) => _up.OnPixels(pixels);

    public Tensor? Offset(Tensor weight) => null;

    public void AddTo(Tensor output, Tensor pixels, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var (count, height, width) = (pixels.shape[0], pixels.shape[1], pixels.shape[2]);
        var own = ((Conv2d)_up[0]).weight!.view(Channels, 4, -1).transpose(0, 1);               // 4×C×9B
        var both = weight.matmul(own).view(-1, pixels.shape[3], 3, 3);                      // 4D×B×3×3
        var convolved = CpuConvolutions.Apply(
            pixels.permute(0, 3, 1, 2), both, input => functional.conv2d(input, both, padding: [1, 1]));
        var quads = convolved.permute(0, 2, 3, 1).reshape(count, height, width, 2, 2, -1);
        output.view(count, height, 2, width, 2, -1).add_(quads.permute(0, 1, 3, 2, 4, 5));
    }
}

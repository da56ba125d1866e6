using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>
/// The U-Net of NAFNet and KBNet, without style: every level halves the sides and doubles the channels, skips are added, and the
/// input is added at the end. Source: NAFNet, https://arxiv.org/abs/2204.04676.
/// </summary>
/// <remarks>State names are those of the authors' networks.</remarks>
public sealed class PlainUNet : Module, IBackbone
{
    private readonly Conv2d _intro;
    private readonly Conv2d _ending;
    private readonly Sequential[] _encoders;
    private readonly Conv2d[] _downs;
    private readonly Sequential _bottleneck;
    private readonly Sequential[] _ups;
    private readonly Sequential[] _decoders;
    private readonly int _multiple;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="options">Width and depth.</param>
    /// <param name="createBlock">Makes a block that keeps the shape of its input, for a number of channels.</param>
    /// <exception cref="IRConStyleException">The numbers of blocks do not fit together.</exception>
    public PlainUNet(PlainUNetOptions options, Func<int, Module<Tensor, Tensor>> createBlock)
        : base(nameof(PlainUNet))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(createBlock);
        var levels = options.EncoderBlocks.Length;
        if (options.DecoderBlocks.Length != levels)
            throw new IRConStyleException(
                $"EncoderBlocks has {levels} numbers, DecoderBlocks {options.DecoderBlocks.Length}.", "Give both as many.");
        if (options.EncoderBlocks.Concat(options.DecoderBlocks).Any(count => count < 0))
            throw new IRConStyleException("EncoderBlocks or DecoderBlocks has a negative number.", "Give numbers from 0 up.");
        _multiple = 1 << levels;
        var width = options.Width;
        var deepest = width << levels;

        _intro = Layers.Convolution(options.ImageChannels, width, 3);
        _ending = Layers.Convolution(width, options.ImageChannels, 3);
        _encoders = [.. options.EncoderBlocks.Select((count, level) => Blocks(count, width << level))];
        _downs = [.. Enumerable.Range(0, levels).Select(level => Conv2d(width << level, width << (level + 1), 2, stride: 2))];
        _bottleneck = Blocks(options.BottleneckBlocks, deepest);
        _ups = [.. Enumerable.Range(0, levels).Select(level => Up(deepest >> level))];
        _decoders = [.. options.DecoderBlocks.Select((count, level) => Blocks(count, deepest >> (level + 1)))];

        register_module("intro", _intro);
        register_module("ending", _ending);
        register_module("encoders", ModuleList(_encoders));
        register_module("decoders", ModuleList(_decoders));
        register_module("middle_blks", _bottleneck);
        register_module("ups", ModuleList(_ups));
        register_module("downs", ModuleList(_downs));
        Spec = new BackboneSpec(options.ImageChannels, 1, RequiresStyle: false);

        Sequential Blocks(int count, int channels) => Layers.Stack(count, () => createBlock(channels));
    }

    /// <inheritdoc/>
    public BackboneSpec Spec { get; }

    /// <inheritdoc/>
    public Module Module => this;

    /// <inheritdoc/>
    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        ArgumentNullException.ThrowIfNull(degraded);
        using var scope = NewDisposeScope();
        var (height, width) = (degraded.shape[2], degraded.shape[3]);
        var image = Pad(degraded).ToChannelsLast();
        // One input channel has no layout of its own, so the first features are brought into line once more.
        var x = _intro.call(image).ToChannelsLast();

        var skips = new Stack<Tensor>();
        foreach (var (encoder, down) in _encoders.Zip(_downs))
        {
            x = encoder.Consume(x);                             // N×2^level·width×h×w
            skips.Push(x);
            x = down.call(x);
        }

        x = _bottleneck.Consume(x);
        foreach (var (decoder, up) in _decoders.Zip(_ups))
        {
            using var skip = skips.Pop();
            using var joined = up.Consume(x);
            x = decoder.Consume(joined.add(skip));
        }

        x = _ending.Consume(x).add(image);
        return x.narrow(2, 0, height).narrow(3, 0, width).MoveToOuterDisposeScope();
    }

    private static Sequential Up(int channels) =>
        Sequential(Layers.Convolution(channels, channels * 2, 1, bias: false), PixelShuffle(2));

    /// <summary>The network pads by itself, with zeros as its authors do, so it takes any size.</summary>
    private Tensor Pad(Tensor image)
    {
        var bottom = (_multiple - (image.shape[2] % _multiple)) % _multiple;
        var right = (_multiple - (image.shape[3] % _multiple)) % _multiple;
        return functional.pad(image, [0, right, 0, bottom]);
    }
}

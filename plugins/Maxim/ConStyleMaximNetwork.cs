using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>
/// The paper's U-Net with blocks of MAXIM. Unlike the paper's other networks it sees the image at three scales, gates its
/// skip connections by the features from below, and joins every decoder by the skip connections of all levels.
/// Sources: IRConStyle, https://arxiv.org/abs/2402.15784; MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
/// <remarks>State names are those of the authors' network without the encoder (<c>ConStyle.*</c>).</remarks>
internal sealed class ConStyleMaximNetwork : Module, IBackbone
{
    private const int Levels = 3;
    private const string BottomName = "Process_Module_bottom";

    private readonly ConStyleMaximOptions _options;
    private readonly StylePoints _style;
    private readonly Conv2d[] _heads = new Conv2d[Levels];
    private readonly LevelBlock[] _left = new LevelBlock[Levels];
    private readonly Downsampling[] _down = new Downsampling[Levels];
    private readonly Sequential _bottom;
    private readonly Conv2d _fusion;
    private readonly IFeatureSource[,] _skipSignals = new IFeatureSource[Levels, Levels];
    private readonly CrossGating[] _gates = new CrossGating[Levels];
    private readonly Resampling[,] _rightSignals = new Resampling[Levels, Levels];
    private readonly ShuffleUpscaling[] _up = new ShuffleUpscaling[Levels];
    private readonly DecoderBlock[] _right = new DecoderBlock[Levels];
    private readonly Sequential _finetune;

    public ConStyleMaximNetwork(ConStyleMaximOptions options, BackboneContext context)
        : base(nameof(ConStyleMaximNetwork))
    {
        var (width, bias) = (options.Features, options.Bias);
        if (width % 4 != 0)
            throw new IRConStyleException($"Features is {width}.", "Give a multiple of 4, such as 32.");
        _options = options;
        _style = new StylePoints(width, _ => Layers.LeakyRelu(), context);
        var settings = Enumerable.Range(0, Levels).Select(level => BlockSettings.OfLevel(options, bias, level)).ToArray();
        var bottom = BlockSettings.OfBottom(options, bias);

        for (var level = 0; level < Levels; level++)
        {
            var channels = width * (level + 1);
            // The first level is joined by its own input, the others by the style that entered behind the downsampling.
            var joined = level == 0 ? width * 2 : channels + width;
            _heads[level] = Own($"stage_input_conv_{level}", Layers.Convolution(3, width, 3, bias));
            _left[level] = Own(
                $"Process_Module_l{level + 1}", new LevelBlock(joined, channels, settings[level], hasDownsampling: false));
            // What the style does not add, the convolution produces.
            _down[level] = Own($"DC{level + 1}", new Downsampling(channels, channels + width - _style.AddedBehind(level)));
        }

        _bottom = Own(BottomName, Layers.Stack(options.BottleneckBlocks, () => new BottleneckBlock(width * 4, bottom)));
        _fusion = Own("local_fusion", Layers.Convolution((width * 4) + _style.AddedAtBottom, width * 3, 1, bias: false));

        for (var level = 2; level >= 0; level--)
        {
            var first = (2 - level) * Levels;
            for (var from = 0; from < Levels; from++)
            {
                // The first level's features have the width of a signal already.
                _skipSignals[level, from] = from == 0
                    ? new Resampling(width, Scale(from, level))
                    : Own($"UpSampleRatio_{first + from}", new Signal(width * (from + 1), width, Scale(from, level), bias));
                _rightSignals[level, from] = new Resampling(width, Scale(from, level));
            }

            var below = level == 2 ? width * 3 : width;
            _gates[level] = Own($"cross_gating_block_{level}", new CrossGating(width * 3, below, width, settings[level]));

            var input = width * Math.Min(level + 2, 3);
            var channels = width * Math.Max(level + 1, 2);
            _up[level] = Own($"UC{level + 1}", new ShuffleUpscaling(input));
            _right[level] = Own(
                $"Process_Module_r{level + 1}", DecoderBlock.WithoutUpsampling(input + (width * 3), channels, settings[level]));
        }

        _finetune = Own("Finetune_Module", Sequential(Layers.Convolution(width * 2, 3, 3, bias)));
        foreach (var module in _style.Modules)
            register_module(module.Name, module.Module);
        Spec = new BackboneSpec(3, BlockSettings.SizeMultiple([.. settings, bottom]), _style.Any);
    }

    public BackboneSpec Spec { get; }

    public Module Module => this;

    public bool IsDormant(string stateName) =>
        LevelBlock.IsDormant(stateName, stateName.StartsWith(BottomName, StringComparison.Ordinal), _options);

    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        if (Spec.RequiresStyle)
            ArgumentNullException.ThrowIfNull(style);
        using var scope = NewDisposeScope();
        var image = degraded.permute(0, 2, 3, 1).contiguous();              // N×H×W×3
        var sizes = Enumerable.Range(0, Levels).Select(level => ImagePyramid.Size(image, level)).ToArray();

        var encoded = new Tensor[Levels];
        Tensor? x = null;
        for (var level = 0; level < Levels; level++)
        {
            var scaled = _heads[level].OnPixels(ImagePyramid.Pick(image, level));
            encoded[level] = _left[level].Process(sizes[level], Unchanged(x ?? scaled), Unchanged(scaled));
            using var channelsFirst = encoded[level].permute(0, 3, 1, 2);
            x = ToPixels(_style.InjectBehind(level, _down[level].call(channelsFirst), style));  // N×h/2×w/2×(level+2)·F
        }

        using var bottom = _bottom.Consume(x!);
        x = ToPixels(_style.InjectAtBottom(bottom.permute(0, 3, 1, 2), style));
        x = _fusion.OnPixels(x);                                            // N×H/8×W/8×3F

        var skips = new Tensor[Levels];
        var global = x;
        for (var level = 2; level >= 0; level--)
            (skips[level], global) = _gates[level].Gate(
                global,
                (_skipSignals[level, 0], encoded[0]),
                (_skipSignals[level, 1], encoded[1]),
                (_skipSignals[level, 2], encoded[2]));                      // N×h×w×F, both

        for (var level = 2; level >= 0; level--)
            x = _right[level].Process(
                sizes[level],
                (_up[level], x),
                (_rightSignals[level, 2], skips[2]),
                (_rightSignals[level, 1], skips[1]),
                (_rightSignals[level, 0], skips[0]));                       // N×h×w×(3, 2, 2)·F

        x = _finetune.OnPixels(x).add_(image);
        return x.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>N×C×h×w, disposed, as N×h×w×C, contiguous, owned by the caller.</summary>
    private static Tensor ToPixels(Tensor maps)
    {
        using (maps)
        {
            using var pixels = maps.permute(0, 2, 3, 1);
            return pixels.contiguous();
        }
    }

    private static (IFeatureSource Source, Tensor Pixels) Unchanged(Tensor pixels) =>
        (new Resampling((int)pixels.shape[3]), pixels);

    private static double Scale(int from, int to) => Math.ScaleB(1, from - to);

    private T Own<T>(string name, T module)
        where T : Module
    {
        register_module(name, module);
        return module;
    }
}

using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>
/// MAXIM with one stage: three levels down with the image at three scales, a bottleneck of global mixing, skip connections
/// gated by the features from below, and three levels up, each joined by the skip connections of all levels.
/// Source: MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
internal sealed class MaximNetwork : Module, IBackbone
{
    private const int Levels = 3;

    private readonly MaximOptions _options;
    private readonly Conv2d[] _heads;
    private readonly Resampling[] _inputs;
    private readonly LevelBlock[] _encoders;
    private readonly BottleneckBlock[] _bottom;
    private readonly Signal[,] _skipSignals;
    private readonly CrossGating[] _gates;
    private readonly Signal[,] _decoderSignals;
    private readonly DecoderBlock[] _decoders;
    private readonly Conv2d _tail;

    public MaximNetwork(MaximOptions options)
        : base(nameof(MaximNetwork))
    {
        if (options.Features % 4 != 0)
            throw new IRConStyleException($"Features is {options.Features}.", "Give a multiple of 4, such as 32.");
        _options = options;
        var settings = Enumerable.Range(0, Levels)
            .Select(level => BlockSettings.OfLevel(options, options.Bias, level)).ToArray();
        var bottom = BlockSettings.OfBottom(options, options.Bias);

        _heads = new Conv2d[Levels];
        _inputs = new Resampling[Levels];
        _encoders = new LevelBlock[Levels];
        for (var level = 0; level < Levels; level++)
        {
            _heads[level] = Own($"stage_0_input_conv_{level}", Layers.Convolution(3, Width(level), 3, options.Bias));
            _inputs[level] = new Resampling(Width(level));
            var joined = Width(Math.Max(level - 1, 0)) + Width(level);
            _encoders[level] = Own(
                $"stage_0_encoder_block_{level}", new LevelBlock(joined, Width(level), settings[level], hasDownsampling: true));
        }

        _bottom = new BottleneckBlock[2];
        for (var i = 0; i < _bottom.Length; i++)
            _bottom[i] = Own($"stage_0_global_block_{i}", new BottleneckBlock(Width(2), bottom));

        _skipSignals = new Signal[Levels, Levels];
        _decoderSignals = new Signal[Levels, Levels];
        _gates = new CrossGating[Levels];
        _decoders = new DecoderBlock[Levels];
        for (var level = 2; level >= 0; level--)
        {
            var first = (2 - level) * Levels;
            for (var from = 0; from < Levels; from++)
            {
                _skipSignals[level, from] = Own($"UpSampleRatio_{first + from}", CreateSignal(from, level));
                // The decoder's signals are numbered from the bottom up.
                _decoderSignals[level, from] = Own($"UpSampleRatio_{9 + first + 2 - from}", CreateSignal(from, level));
            }

            var below = Width(Math.Min(level + 1, 2));
            _gates[level] = Own(
                $"stage_0_cross_gating_block_{level}", new CrossGating(3 * Width(level), below, Width(level), settings[level]));
            _decoders[level] = Own(
                $"stage_0_decoder_block_{level}", DecoderBlock.WithUpsampling(below, Width(level), settings[level]));
        }

        _tail = Own("stage_0_output_conv_0", Layers.Convolution(Width(0), 3, 3, options.Bias));
        Spec = new BackboneSpec(3, BlockSettings.SizeMultiple([.. settings, bottom]), RequiresStyle: false);
    }

    public BackboneSpec Spec { get; }

    public Module Module => this;

    public bool IsDormant(string stateName) => LevelBlock.IsDormant(
        stateName, stateName.StartsWith("stage_0_global_block_", StringComparison.Ordinal), _options);

    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        using var scope = NewDisposeScope();
        var image = degraded.permute(0, 2, 3, 1).contiguous();              // N×H×W×3
        var sizes = Enumerable.Range(0, Levels).Select(level => ImagePyramid.Size(image, level)).ToArray();

        var encoded = new Tensor[Levels];
        Tensor? x = null;
        for (var level = 0; level < Levels; level++)
        {
            var scaled = _heads[level].OnPixels(ImagePyramid.Pick(image, level));
            // The first level is joined by its own input.
            encoded[level] = _encoders[level].Process(
                sizes[level], (_inputs[Math.Max(level - 1, 0)], x ?? scaled), (_inputs[level], scaled));
            x = _encoders[level].Downsample(encoded[level]);                // N×h/2×w/2×2^level·F
        }

        foreach (var block in _bottom)
            x = block.Consume(x!);                                          // N×H/8×W/8×4F

        var skips = new Tensor[Levels];
        var global = x!;
        for (var level = 2; level >= 0; level--)
            (skips[level], global) = _gates[level].Gate(
                global,
                (_skipSignals[level, 0], encoded[0]),
                (_skipSignals[level, 1], encoded[1]),
                (_skipSignals[level, 2], encoded[2]));                      // N×h×w×2^level·F, both

        for (var level = 2; level >= 0; level--)
            x = _decoders[level].Process(
                sizes[level],
                (_decoders[level].FromBelow!, x!),
                (_decoderSignals[level, 2], skips[2]),
                (_decoderSignals[level, 1], skips[1]),
                (_decoderSignals[level, 0], skips[0]));                     // N×h×w×2^level·F

        x = _tail.OnPixels(x!).add_(image);
        return x.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private int Width(int level) => _options.Features << level;

    private Signal CreateSignal(int from, int to) => new(Width(from), Width(to), Math.ScaleB(1, from - to), _options.Bias);

    private T Own<T>(string name, T module)
        where T : Module
    {
        register_module(name, module);
        return module;
    }
}

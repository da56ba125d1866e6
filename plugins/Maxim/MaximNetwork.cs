using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IRConStyle.Plugins.Maxim;

/// <summary>
/// MAXIM with one stage, whose channels double with each level; see <see cref="MaximUNet"/>.
/// Source: MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
internal sealed class MaximNetwork : MaximUNet
{
    private const string BottleneckName = "stage_0_global_block_";

    private readonly BottleneckBlock[] _bottleneck = new BottleneckBlock[2];
    private readonly Conv2d _tail;

    public MaximNetwork(MaximOptions options)
        : base(nameof(MaximNetwork), options, options.Bias, BottleneckName)
    {
        var bias = options.Bias;
        for (var level = 0; level < Levels; level++)
        {
            Heads[level] = this.Own($"stage_0_input_conv_{level}", Layers.Convolution(3, Width(level), 3, bias));
            Encoders[level] = this.Own(
                $"stage_0_encoder_block_{level}",
                new EncoderBlock(Width(Math.Max(level - 1, 0)) + Width(level), Width(level), LevelSettings[level], hasDownsampling: true));
        }

        for (var i = 0; i < _bottleneck.Length; i++)
            _bottleneck[i] = this.Own($"{BottleneckName}{i}", new BottleneckBlock(Width(2), BottleneckSettings));

        for (var level = Levels - 1; level >= 0; level--)
        {
            var first = (Levels - 1 - level) * Levels;
            for (var from = 0; from < Levels; from++)
            {
                SkipSources[level, from] = this.Own($"UpSampleRatio_{first + from}", Resampled(from, level));
                // The decoder's are numbered behind the gates', from the bottleneck up.
                DecoderSources[level, from] = this.Own($"UpSampleRatio_{9 + first + 2 - from}", Resampled(from, level));
            }

            var below = Width(Math.Min(level + 1, 2));
            Gates[level] = this.Own(
                $"stage_0_cross_gating_block_{level}",
                new CrossGatingBlock(3 * Width(level), below, Width(level), LevelSettings[level]));
            Decoders[level] = this.Own(
                $"stage_0_decoder_block_{level}", DecoderBlock.WithUpsampling(below, Width(level), LevelSettings[level]));
            Upsamplings[level] = Decoders[level].FromBelow!;
        }

        _tail = this.Own("stage_0_output_conv_0", Layers.Convolution(Width(0), 3, 3, bias));

        int Width(int level) => options.Features << level;

        ResampledProjection Resampled(int from, int to) => new(Width(from), Width(to), Scale(from, to), bias);
    }

    protected override Tensor Downsample(int level, Tensor pixels, StyleCode? style) => Encoders[level].Downsample(pixels);

    protected override Tensor RunBottleneck(Tensor pixels, StyleCode? style) =>
        _bottleneck.Aggregate(pixels, (x, block) => block.Consume(x));

    protected override Tensor ToImage(Tensor pixels) => _tail.OnPixels(pixels);
}

using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>
/// The paper's U-Net with blocks of MAXIM, whose channels grow by one width with each level; see <see cref="MaximUNet"/>. Unlike
/// the paper's other networks it sees the image at three scales, gates its skip connections by the features from below, and
/// joins every decoder by the skip connections of all levels.
/// Sources: IRConStyle, https://arxiv.org/abs/2402.15784; MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
/// <remarks>State names are those of the authors' network without the encoder (<c>ConStyle.*</c>).</remarks>
internal sealed class ConStyleMaximNetwork : MaximUNet
{
    private const string BottleneckName = "Process_Module_bottom";

    private readonly InjectionPoints _style;
    private readonly Downsampling[] _downsamplings = new Downsampling[Levels];
    private readonly Sequential _bottleneck;
    private readonly Conv2d _fusion;
    private readonly Sequential _finetune;

    public ConStyleMaximNetwork(ConStyleMaximOptions options, BackboneContext context)
        : base(nameof(ConStyleMaximNetwork), options, options.Bias, BottleneckName)
    {
        var (width, bias) = (options.Features, options.Bias);
        _style = new InjectionPoints(width, _ => Layers.LeakyRelu(), context);
        for (var level = 0; level < Levels; level++)
        {
            var channels = width * (level + 1);
            // The first level is joined by its own input, the others by the style that entered behind the downsampling.
            var joined = level == 0 ? width * 2 : channels + width;
            Heads[level] = this.Own($"stage_input_conv_{level}", Layers.Convolution(3, width, 3, bias));
            Encoders[level] = this.Own(
                $"Process_Module_l{level + 1}", new EncoderBlock(joined, channels, LevelSettings[level], hasDownsampling: false));
            // What the style does not add, the convolution produces.
            _downsamplings[level] = this.Own(
                $"DC{level + 1}", new Downsampling(channels, channels + width - _style.AddedBehind(level)));
        }

        _bottleneck = this.Own(
            BottleneckName, Layers.Stack(options.BottleneckBlocks, () => new BottleneckBlock(width * 4, BottleneckSettings)));
        _fusion = this.Own("local_fusion", Layers.Convolution((width * 4) + _style.AddedAtBottleneck, width * 3, 1, bias: false));

        for (var level = Levels - 1; level >= 0; level--)
        {
            var first = (Levels - 1 - level) * Levels;
            for (var from = 0; from < Levels; from++)
            {
                // The first level's features have the width of the others' projections already.
                SkipSources[level, from] = from == 0
                    ? new BilinearResampling(width, Scale(from, level))
                    : this.Own(
                        $"UpSampleRatio_{first + from}", new ResampledProjection(width * (from + 1), width, Scale(from, level), bias));
                DecoderSources[level, from] = new BilinearResampling(width, Scale(from, level));
            }

            var below = level == 2 ? width * 3 : width;
            Gates[level] = this.Own(
                $"cross_gating_block_{level}", new CrossGatingBlock(width * 3, below, width, LevelSettings[level]));

            var input = width * Math.Min(level + 2, 3);
            var channels = width * Math.Max(level + 1, 2);
            Upsamplings[level] = this.Own($"UC{level + 1}", new PixelShuffleUpsampling(input));
            Decoders[level] = this.Own(
                $"Process_Module_r{level + 1}", DecoderBlock.WithoutUpsampling(input + (width * 3), channels, LevelSettings[level]));
        }

        _finetune = this.Own("Finetune_Module", Sequential(Layers.Convolution(width * 2, 3, 3, bias)));
        foreach (var module in _style.Modules)
            register_module(module.Name, module.Module);
    }

    protected override bool TakesStyle => _style.Any;

    protected override Tensor Downsample(int level, Tensor pixels, StyleCode? style)
    {
        using var maps = pixels.ToMaps();
        return _style.InjectBehind(level, _downsamplings[level].call(maps), style).ToPixels();  // N×h/2×w/2×(level+2)·F
    }

    protected override Tensor RunBottleneck(Tensor pixels, StyleCode? style)
    {
        using var processed = _bottleneck.Consume(pixels);
        using var joined = _style.InjectAtBottleneck(processed.ToMaps(), style).ToPixels();
        return _fusion.OnPixels(joined);                                                        // N×H/8×W/8×3F
    }

    protected override Tensor ToImage(Tensor pixels) => _finetune.OnPixels(pixels);
}

using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Uformer;

/// <summary>Uformer, without style. Source: https://arxiv.org/abs/2106.03106.</summary>
/// <remarks>The authors' code takes square images only; this takes rectangles, and computes the same for squares.</remarks>
internal sealed class UformerNetwork : Module, IBackbone
{
    private const int Levels = 4;

    private readonly bool _isResidual;
    private readonly Module<Tensor, Tensor> _input;
    private readonly Module<Tensor, Tensor>[] _encoder = new Module<Tensor, Tensor>[Levels];
    private readonly Module<Tensor, Tensor>[] _down = new Module<Tensor, Tensor>[Levels];
    private readonly Module<Tensor, Tensor> _bottom;
    private readonly Module<Tensor, Tensor>[] _up = new Module<Tensor, Tensor>[Levels];
    private readonly Module<Tensor, Tensor>[] _decoder = new Module<Tensor, Tensor>[Levels];
    private readonly Module<Tensor, Tensor> _output;

    public UformerNetwork(UformerOptions options)
        : base(nameof(UformerNetwork))
    {
        // As the authors have it: only what looks like a colour image is added to the result.
        _isResidual = options.InputChannels == 3;
        if (_isResidual)
            GlobalResidual.CheckChannels(options.InputChannels, options.OutputChannels);
        var stages = new StageFactory(options, options.StageBlocks, options.Heads);
        var dim = options.Dim;

        _input = this.Own("input_proj", ImageProjection.Input(options.InputChannels, dim));
        _output = this.Own("output_proj", ImageProjection.Output(2 * dim, options.OutputChannels));
        for (var level = 0; level < Levels; level++)
        {
            var channels = dim << level;
            _encoder[level] = this.Own($"encoderlayer_{level}", stages.Create(level, channels));
            // The name is the authors'.
            _down[level] = this.Own(
                $"dowsample_{level}", Sequential(("conv", Sequential(Conv2d(channels, channels * 2, 4, stride: 2, padding: 1)))));
        }

        _bottom = this.Own("conv", stages.Create(Levels, dim << Levels));
        for (var step = 0; step < Levels; step++)
        {
            // What comes from below has joined its skip connection, and is as wide as what lies two levels below the result.
            var channels = dim << (Levels - 1 - step);
            _up[step] = this.Own(
                $"upsample_{step}",
                Sequential(("deconv", Sequential(ConvTranspose2d(step == 0 ? channels * 2 : channels * 4, channels, 2, stride: 2)))));
            _decoder[step] = this.Own($"decoderlayer_{step}", stages.Create(Levels + 1 + step, channels * 2));
        }

        foreach (var layer in modules().OfType<TorchSharp.Modules.Linear>())
        {
            // The authors cut at ±2, a hundred deviations away; TorchSharp's trunc_normal_ gives infinite values there.
            init.normal_(layer.weight!, 0, 0.02);
            if (layer.bias is { } bias)
                init.zeros_(bias);
        }

        Spec = new BackboneSpec(options.InputChannels, stages.SizeMultiple, RequiresStyle: false)
        {
            OutputChannels = options.OutputChannels,
        };
    }

    public BackboneSpec Spec { get; }

    public Module Module => this;

    public bool IsDormant(string stateName) => UformerBlock.IsDormant(stateName);

    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        using var scope = NewDisposeScope();
        var image = degraded.ToChannelsLast();
        var x = _input.call(image);                                 // N×dim×H×W

        var skips = new Stack<Tensor>();
        foreach (var (stage, down) in _encoder.Zip(_down))
        {
            x = stage.Consume(x);                                   // N×2^level·dim×h×w
            skips.Push(x);
            x = down.call(x);
        }

        x = _bottom.Consume(x);                                     // N×16·dim×H/16×W/16
        foreach (var (up, stage) in _up.Zip(_decoder))
        {
            using var skip = skips.Pop();
            using var high = up.Consume(x);
            x = stage.Consume(cat([high, skip], 1));                // N×2^(level+1)·dim×h×w
        }

        var restored = _output.Consume(x);
        return (_isResidual ? restored.add(image) : restored).MoveToOuterDisposeScope();
    }
}

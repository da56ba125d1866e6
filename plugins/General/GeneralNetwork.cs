using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.General;

/// <summary>
/// The plain counterpart of <c>constyle-general</c>: no style, no skip connections, residual stages.
/// Source: ConStyle v2 (OriginConv), https://arxiv.org/abs/2406.18242.
/// </summary>
internal sealed class GeneralNetwork : Module, IBackbone
{
    private readonly Module<Tensor, Tensor> _preprocess;
    private readonly (Module<Tensor, Tensor> Stage, Module<Tensor, Tensor> Resample)[] _levels;
    private readonly Module<Tensor, Tensor> _last;
    private readonly Module<Tensor, Tensor> _finetune;

    public GeneralNetwork(GeneralOptions options)
        : base(nameof(GeneralNetwork))
    {
        var dim = options.Dim;
        if (dim % 4 != 0)
            throw new IRConStyleException($"Dim is {dim}.", "Give a multiple of 4, such as 48.");
        GlobalResidual.CheckChannels(options.InputChannels, options.OutputChannels);

        _preprocess = this.Own("Preprocess_Module", ConvBlocks.Conv(options.InputChannels, dim));
        _levels =
        [
            (Stage("l1", dim), Down(1, dim, dim * 2)),                  // N×2·dim×H/2×W/2
            (Stage("l2", dim * 2), Down(2, dim * 2, dim * 4)),          // N×4·dim×H/4×W/4
            (Stage("l3", dim * 4), Down(3, dim * 4, dim * 4)),          // N×4·dim×H/8×W/8
            (Stage("bottom", dim * 4), Up(3, dim * 4, dim * 4)),        // N×4·dim×H/4×W/4
            (Stage("r3", dim * 4), Up(2, dim * 4, dim * 2)),            // N×2·dim×H/2×W/2
            (Stage("r2", dim * 2), Up(1, dim * 2, dim * 2)),            // N×2·dim×H×W
        ];
        _last = Stage("r1", dim * 2);
        _finetune = this.Own("Finetune_Module", ConvBlocks.Finetune(dim * 2, dim, options.OutputChannels));
        Spec = new BackboneSpec(options.InputChannels, 8, RequiresStyle: false);
    }

    public BackboneSpec Spec { get; }

    public Module Module => this;

    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        using var scope = NewDisposeScope();
        var image = degraded.ToChannelsLast();
        var x = _preprocess.call(image).ToChannelsLast();
        foreach (var (stage, resample) in _levels)
            x = resample.Consume(AddTo(stage, x));
        x = _finetune.Consume(AddTo(_last, x));
        return x.add(image).MoveToOuterDisposeScope();
    }

    /// <summary>A stage's output plus its input, which it disposes.</summary>
    private static Tensor AddTo(Module<Tensor, Tensor> stage, Tensor input)
    {
        using (input)
        using (var output = stage.call(input))
            return output.add(input);
    }

    private Sequential Stage(string name, int channels) => this.Own($"Process_Module_{name}", ConvBlocks.Stage(channels));

    private Sequential Down(int level, int input, int output) =>
        this.Own($"down{level}", Sequential(Layers.Convolution(input, output / 4, 3, bias: false), PixelUnshuffle(2)));

    private Sequential Up(int level, int input, int output) =>
        this.Own($"up{level}", Sequential(Layers.Convolution(input, output * 4, 3, bias: false), PixelShuffle(2)));
}

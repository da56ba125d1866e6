using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FfdnetPlugin;

/// <summary>
/// FFDNet: plain convolutions at half the size, which see the noise level as one more channel.
/// Source: Zhang, Zuo, Zhang, https://arxiv.org/abs/1710.04026.
/// </summary>
internal sealed class FfdnetNetwork : Module, IBackbone
{
    private readonly Module<Tensor, Tensor> _model;
    private readonly double _noiseLevel;

    public FfdnetNetwork(FfdnetOptions options)
        : base(nameof(FfdnetNetwork))
    {
        var pixels = options.InputChannels * 4;
        _noiseLevel = options.NoiseLevel / 255;
        _model = Sequential(Enumerable.Range(0, options.Depth).SelectMany(index => Layer(
            index == 0 ? pixels + 1 : options.Width, index == options.Depth - 1 ? pixels : options.Width, index < options.Depth - 1)));
        register_module("model", _model);
        Spec = new BackboneSpec(options.InputChannels, 1, RequiresStyle: false);
    }

    public BackboneSpec Spec { get; }

    public Module Module => this;

    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (degraded.shape[2], degraded.shape[3]);
        var x = functional.pad(degraded, [0, width % 2, 0, height % 2], PaddingModes.Replicate);
        x = functional.pixel_unshuffle(x, 2);                   // N×4C×h×w, h = ⌈H/2⌉, w = ⌈W/2⌉
        var noise = x.new_full([x.shape[0], 1, x.shape[2], x.shape[3]], _noiseLevel);
        x = _model.call(cat([x, noise], 1).ToChannelsLast());   // N×(4C+1)×h×w to N×4C×h×w
        x = functional.pixel_shuffle(x, 2);
        return x.narrow(2, 0, height).narrow(3, 0, width).MoveToOuterDisposeScope();
    }

    /// <summary>Convolution and activation are two entries, so that the state names count 0, 2, 4 … as the authors' do.</summary>
    private static IEnumerable<Module<Tensor, Tensor>> Layer(int input, int output, bool activated)
    {
        yield return Layers.Convolution(input, output, 3);
        if (activated)
            yield return ReLU(inplace: true);
    }
}

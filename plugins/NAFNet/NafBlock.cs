using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.NAFNet;

/// <summary>
/// The block without nonlinear activations: gated depthwise convolution with channel attention, then a gated
/// pixel-wise network, each scaled and added to its input. Source: NAFNet, https://arxiv.org/abs/2204.04676.
/// </summary>
internal sealed class NafBlock : Module<Tensor, Tensor>
{
    /// <summary>Of one feature map; a band has up to four in use at once, and a core about 1 to 2 MB of its own.</summary>
    private const long BandBytesPerThread = 512 * 1024;

    [ComponentName(Name = "beta")]
    private Parameter _beta;

    [ComponentName(Name = "gamma")]
    private Parameter _gamma;

    [ComponentName(Name = "conv1")]
    private readonly Conv2d _expand;

    [ComponentName(Name = "conv2")]
    private readonly Conv2d _depthwise;

    [ComponentName(Name = "conv3")]
    private readonly Conv2d _project;

    [ComponentName(Name = "sca")]
    private readonly Sequential _attention;

    [ComponentName(Name = "conv4")]
    private readonly Conv2d _widen;

    [ComponentName(Name = "conv5")]
    private readonly Conv2d _narrow;

    [ComponentName(Name = "norm1")]
    private readonly LayerNorm2d _norm1;

    [ComponentName(Name = "norm2")]
    private readonly LayerNorm2d _norm2;

    public NafBlock(int channels)
        : base(nameof(NafBlock))
    {
        _expand = Layers.Convolution(channels, channels * 2, 1);
        _depthwise = Layers.Convolution(channels * 2, channels * 2, 3, groups: channels * 2);
        _project = Layers.Convolution(channels, channels, 1);
        _attention = Sequential(AdaptiveAvgPool2d(1), Layers.Convolution(channels, channels, 1));
        _widen = Layers.Convolution(channels, channels * 2, 1);
        _narrow = Layers.Convolution(channels, channels, 1);
        _norm1 = new LayerNorm2d(channels);
        _norm2 = new LayerNorm2d(channels);
        _beta = Parameter(zeros(1, channels, 1, 1));
        _gamma = Parameter(zeros(1, channels, 1, 1));
        RegisterComponents();
    }

    /// <param name="input">N×C×H×W, channels-last.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = _expand.Consume(_norm1.call(input));            // N×2C×H×W
        x = Gate(_depthwise.Consume(x));                        // N×C×H×W
        using var weights = _attention.call(x);                 // N×C×1×1
        if (is_grad_enabled())
            x = Finish(x, input, weights);
        else
            FinishInPlace(x, input, weights);
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>What is left after the attention's weights are known, recorded for the backward pass.</summary>
    private Tensor Finish(Tensor gated, Tensor input, Tensor weights)
    {
        using Scalar one = 1;
        var middle = input.addcmul(_project.Consume(gated * weights), _beta, one);
        var x = Gate(_widen.call(_norm2.call(middle)));         // N×C×H×W
        return middle.addcmul(_narrow.Consume(x), _gamma, one);
    }

    /// <summary>
    /// The same, written over <paramref name="gated"/>. All of it is pixel by pixel, so it goes in bands of rows that stay
    /// in the cache from the first layer to the last.
    /// </summary>
    private void FinishInPlace(Tensor gated, Tensor input, Tensor weights)
    {
        using Scalar one = 1;
        var height = input.shape[2];
        var step = BandHeight(input);
        for (var top = 0L; top < height; top += step)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(step, height - top);
            var band = gated.narrow(2, top, rows);              // N×C×rows×W
            var x = _project.Consume(band * weights);
            band.copy_(input.narrow(2, top, rows)).addcmul_(x, _beta, one);
            x.Dispose();
            x = Gate(_widen.Consume(_norm2.call(band)));
            x = _narrow.Consume(x);
            band.addcmul_(x, _gamma, one);
        }
    }

    /// <summary>How many rows fit the cores' caches; all of them where rows of the batch do not lie together.</summary>
    private static long BandHeight(Tensor input)
    {
        var (batch, channels, height, width) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3]);
        if (batch != 1 || input.device_type != DeviceType.CPU)
            return height;
        var rowBytes = channels * width * input.element_size();
        return Math.Clamp(BandBytesPerThread * get_num_threads() / rowBytes, 1, height);
    }

    /// <summary>Multiplies the two halves of the channels; disposes its input.</summary>
    private static Tensor Gate(Tensor input)
    {
        using (input)
        {
            var half = input.shape[1] / 2;
            using var first = input.narrow(1, 0, half);
            using var second = input.narrow(1, half, half);
            return first * second;
        }
    }
}

using IRConStyle.Modules.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IRConStyle.Modules;

/// <summary>
/// How blocks of NAFNet and KBNet end: channel attention and a projection, scaled and added to the block's input; then a
/// gated pixel-wise network, scaled and added. Source: NAFNet, https://arxiv.org/abs/2204.04676.
/// </summary>
/// <remarks>No module of its own: the authors name its layers beside the block's others, so the block owns them.</remarks>
/// <param name="project">C to C channels, pixel by pixel.</param>
/// <param name="norm">Before the gated network.</param>
/// <param name="widen">C to 2D channels, pixel by pixel.</param>
/// <param name="narrow">D to C channels, pixel by pixel.</param>
public sealed class GatedTail(Conv2d project, LayerNorm2d norm, Conv2d widen, Conv2d narrow)
{
    /// <summary>Of one feature map; a band has up to four in use at once, and a core about 1 to 2 MB of its own.</summary>
    private const long BandBytesPerThread = 512 * 1024;

    private readonly WeightCache<FusedTail> _fused = new();

    /// <summary>The end of a block, recorded for the backward pass.</summary>
    /// <param name="features">N×C×H×W, not yet weighted.</param>
    /// <param name="input">The block's input, N×C×H×W.</param>
    /// <param name="weights">Weights of the channels, N×C×1×1.</param>
    /// <param name="beta">Scale of the projection, 1×C×1×1.</param>
    /// <param name="gamma">Scale of the gated network, 1×C×1×1.</param>
    /// <returns>N×C×H×W, owned by the caller's dispose scope, as are all steps on the way.</returns>
    public Tensor Finish(Tensor features, Tensor input, Tensor weights, Tensor beta, Tensor gamma)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(input);
        using Scalar one = 1;
        var middle = input.addcmul(project.Consume(features * weights), beta, one);
        var x = Gate(widen.call(norm.call(middle)));   // N×D×H×W
        return middle.addcmul(narrow.Consume(x), gamma, one);
    }

    /// <summary>
    /// The same, written over <paramref name="features"/>. All of it is pixel by pixel: fused, it goes in chunks of pixels that
    /// stay in the nearest caches, and layer by layer in bands of rows that stay in some cache.
    /// </summary>
    /// <param name="features">N×C×H×W, not yet weighted; becomes the block's output.</param>
    /// <param name="input">The block's input, N×C×H×W.</param>
    /// <param name="weights">Weights of the channels, N×C×1×1.</param>
    /// <param name="beta">Scale of the projection, 1×C×1×1.</param>
    /// <param name="gamma">Scale of the gated network, 1×C×1×1.</param>
    public void FinishInPlace(Tensor features, Tensor input, Tensor weights, Tensor beta, Tensor gamma)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(input);
        if (FusedKernels.Suit(input) && FeatureMap.Fits(features) && FeatureMap.Fits(weights)
            && Fused(beta, gamma) is { } fused)
        {
            fused.FinishInPlace(new FeatureMap(features), new FeatureMap(input), new FeatureMap(weights));
            return;
        }

        using Scalar one = 1;
        var height = input.shape[2];
        var step = BandHeight(input);
        for (var top = 0L; top < height; top += step)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(step, height - top);
            var band = features.narrow(2, top, rows);           // N×C×rows×W
            var x = project.Consume(band * weights);
            band.copy_(input.narrow(2, top, rows)).addcmul_(x, beta, one);
            x.Dispose();
            x = Gate(widen.Consume(norm.call(band)));
            x = narrow.Consume(x);
            band.addcmul_(x, gamma, one);
        }
    }

    /// <summary>The layers with their weights packed; null where the weights are not where kernels can read them.</summary>
    private FusedTail? Fused(Tensor beta, Tensor gamma) => _fused.Find(
        () => new FusedTail(
            new PointwiseConvolution(project, scale: beta),
            new PointwiseConvolution(widen, OutputForm.Gated, norm.Weight, norm.Bias),
            new PointwiseConvolution(narrow, scale: gamma),
            (float)norm.Epsilon),
        project.weight, project.bias, beta, norm.Weight, norm.Bias, widen.weight, widen.bias, narrow.weight, narrow.bias, gamma);

    /// <summary>How many rows fit the cores' caches; all of them where rows of the batch do not lie together.</summary>
    private static long BandHeight(Tensor input)
    {
        var (batch, channels, height, width) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3]);
        if (batch != 1 || input.device_type != DeviceType.CPU)
            return height;
        var rowBytes = channels * width * input.element_size();
        return Math.Clamp(BandBytesPerThread * get_num_threads() / rowBytes, 1, height);
    }

    private static Tensor Gate(Tensor input)
    {
        using (input)
            return SimpleGate.Multiply(input);
    }
}

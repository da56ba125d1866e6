using IRConStyle.Abstractions;
using IRConStyle.Modules;
using IRConStyle.Modules.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Restormer;

/// <summary>
/// Multi-Dconv head transposed attention (MDTA), between the channels of a head instead of pixels:
/// softmax(temperature · q̂·k̂ᵀ)·v, where q̂ and k̂ have length 1 over the pixels.
/// Source: Restormer, https://arxiv.org/abs/2111.09881.
/// </summary>
internal sealed class TransposedAttention : Module<Tensor, Tensor>
{
    /// <summary>The least length that a channel is divided by.</summary>
    private const double Epsilon = 1e-12;

    private readonly int _channels;
    private readonly int _heads;

    [ComponentName(Name = "temperature")]
    private Parameter _temperature;

    [ComponentName(Name = "qkv")]
    private readonly Conv2d _expand;

    [ComponentName(Name = "qkv_dwconv")]
    private readonly Conv2d _depthwise;

    [ComponentName(Name = "project_out")]
    private readonly Conv2d _project;

    private readonly WeightCache<FusedAttention> _fused = new();

    public TransposedAttention(int channels, int heads, bool bias)
        : base(nameof(TransposedAttention))
    {
        if (heads < 1 || channels % heads != 0)
            throw new IRConStyleException($"{channels} channels do not divide into {heads} heads.", "Change Heads or Dim.");
        (_channels, _heads) = (channels, heads);
        _temperature = Parameter(ones(heads, 1, 1));
        _expand = Layers.Convolution(channels, channels * 3, 1, bias);
        _depthwise = Layers.Convolution(channels * 3, channels * 3, 3, bias, groups: channels * 3);
        _project = Layers.Convolution(channels, channels, 1, bias);
        RegisterComponents();
    }

    /// <param name="input">N×C×H×W, normalised, channels-last.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (batch, height, width) = (input.shape[0], input.shape[2], input.shape[3]);
        var (query, key, value) = Split(_depthwise.Consume(_expand.call(input)));
        var lengths = linalg.vector_norm(query, 2, [1]).unsqueeze(-1) * linalg.vector_norm(key, 2, [1]).unsqueeze(-2);
        var attention = Attend(query.permute(0, 2, 3, 1).matmul(key.permute(0, 2, 1, 3)), lengths);
        var x = value.permute(0, 2, 1, 3).matmul(attention.transpose(-2, -1));              // N×heads×HW×c
        x = x.permute(0, 2, 1, 3).reshape(batch, height, width, _channels).permute(0, 3, 1, 2);
        return _project.call(x).MoveToOuterDisposeScope();
    }

    /// <summary>The first layers and the norm before them, with their weights packed; null where these are not where kernels can read them.</summary>
    public FusedAttention? Pack(NormWeights norm) => _fused.Find(
        () => new FusedAttention(
            new PointwiseConvolution(_expand, OutputForm.Plain, norm.Weight, norm.Bias),
            Depthwise(0, 2 * _channels), Depthwise(2 * _channels, _channels), _heads, norm.Epsilon, norm.Centres),
        norm.Weight, norm.Bias, _expand.weight, _expand.bias, _depthwise.weight, _depthwise.bias);

    /// <summary>What is left to do with v of each image: the attention and the last convolution, which are one matrix.</summary>
    /// <param name="products">q·kᵀ, N×heads×c×c.</param>
    /// <param name="squares">Sums of the squares of q and k, N×2C×1×1.</param>
    public PointwiseConvolution[] Mix(Tensor products, Tensor squares)
    {
        using var scope = NewDisposeScope();
        var lengths = squares.sqrt().view(products.shape[0], 2, _heads, _channels / _heads);
        var attention = Attend(products, lengths.select(1, 0).unsqueeze(-1) * lengths.select(1, 1).unsqueeze(-2));
        return [.. Enumerable.Range(0, (int)products.shape[0]).Select(i => new PointwiseConvolution(FoldByKernels(attention[i]), _project.bias))];
    }

    /// <summary>
    /// The same behind a normalisation and added to the input, image by image. Two things are brought forward: q·kᵀ and the
    /// lengths are sums over bands of rows, so that neither q nor k ever exists as a whole, and the last convolution takes
    /// in the attention, which for one image is just a matrix.
    /// </summary>
    /// <param name="input">N×C×H×W, channels-last.</param>
    /// <param name="norm">The normalisation.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public Tensor AddInBands(Tensor input, Module<Tensor, Tensor> norm)
    {
        using var scope = NewDisposeScope();
        var output = input.BeginSum();
        for (var i = 0L; i < input.shape[0]; i++)
        {
            using var passes = NewDisposeScope();
            var (attention, values) = Measure(input.narrow(0, i, 1), norm);
            new Kernel(_project.weight, _project.bias).Write(values, FoldAttention(attention), output.narrow(0, i, 1).Pixels(), keep: true);
        }

        return output.MoveToOuterDisposeScope();
    }

    /// <summary>The attention of an image, heads×c×c, and its v, HW×C.</summary>
    private (Tensor Attention, Tensor Values) Measure(Tensor image, Module<Tensor, Tensor> norm)
    {
        using var scope = NewDisposeScope();
        var (height, width, size) = (image.shape[2], image.shape[3], _channels / _heads);
        var products = image.new_zeros(_heads, size, size);
        var squares = image.new_zeros(1, 2 * _channels);
        var values = image.new_empty(height * width, _channels);
        Bands.Expand(image, norm, new(_expand.weight, _expand.bias), new(_depthwise.weight, _depthwise.bias), (top, rows, x) =>
        {
            var (query, key, value) = Split(x);
            values.narrow(0, top * width, rows * width).copy_(value.reshape(-1, _channels));
            products.add_(query[0].permute(1, 2, 0).matmul(key[0].permute(1, 0, 2)));
            // A product with ones is the fastest way to sum columns.
            var both = x.narrow(1, 0, 2 * _channels).square().Pixels();
            squares.addmm_(both.new_ones(1, both.shape[0]), both, 1, 1);
        });

        var lengths = squares.sqrt_().view(2, _heads, size);
        var attention = Attend(products, lengths[0].unsqueeze(-1) * lengths[1].unsqueeze(-2));
        return (attention.MoveToOuterDisposeScope(), values.MoveToOuterDisposeScope());
    }

    /// <summary>The last convolution's weight after the attention, C×C, transposed.</summary>
    private Tensor FoldAttention(Tensor attention)
    {
        using var scope = NewDisposeScope();
        var perHead = _project.weight.view(_channels, _heads, -1).permute(1, 0, 2);         // heads×C×c
        return perHead.matmul(attention).permute(0, 2, 1).reshape(_channels, _channels).MoveToOuterDisposeScope();
    }

    /// <summary>The same not transposed, by a product whose rounding does not depend on the number of threads.</summary>
    private Tensor FoldByKernels(Tensor attention)
    {
        // Each of the convolution's outputs is a pixel, whose channels are what it takes of the inputs.
        var source = new FeatureMap(_project.weight.view(1, 1, _channels, _channels).permute(0, 3, 1, 2)).Row(0, 0, 0, _channels);
        var folded = new FeatureMap(FeatureMap.Empty(1, _channels, 1, _channels));
        var (target, size) = (folded.Row(0, 0, 0, _channels), _channels / _heads);
        for (var head = 0; head < _heads; head++)
            new PointwiseConvolution(attention[head].t().contiguous(), bias: null).Apply(
                source.Part(head * size, size), target.Part(head * size, size));
        return folded.Tensor.permute(0, 2, 3, 1).view(_channels, _channels);
    }

    private DepthwiseConvolution Depthwise(int first, int count)
    {
        using var weight = _depthwise.weight.narrow(0, first, count);
        using var bias = _depthwise.bias?.narrow(0, first, count);
        return new DepthwiseConvolution(weight, bias);
    }

    private Tensor Attend(Tensor products, Tensor lengths) =>
        (ImageStatistics.Share(this, products / lengths.clamp_min(Epsilon)) * _temperature).softmax(-1);

    /// <summary>Views of N×3C×H×W as q, k and v, each N×HW×heads×c.</summary>
    private (Tensor Query, Tensor Key, Tensor Value) Split(Tensor all)
    {
        var parts = all.permute(0, 2, 3, 1).reshape(all.shape[0], -1, 3, _heads, _channels / _heads);
        return (parts.select(2, 0), parts.select(2, 1), parts.select(2, 2));
    }
}

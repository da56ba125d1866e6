using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>Weights for another feature map: half of the channels mixed over a grid, half within blocks.</summary>
internal sealed class SpatialGate : Module<Tensor, Tensor>
{
    private const int Factor = 2;

    private readonly PixelSplit _gridSplit;
    private readonly PixelSplit _blockSplit;

    [ComponentName(Name = "LayerNorm_in")]
    private readonly ChannelNorm _norm;

    [ComponentName(Name = "in_project")]
    private readonly Linear _expand;

    [ComponentName(Name = "Dense_0")]
    private readonly Linear _grid;

    [ComponentName(Name = "Dense_1")]
    private readonly Linear _block;

    [ComponentName(Name = "out_project")]
    private readonly Linear _project;

    public SpatialGate(int channels, BlockSettings settings)
        : base(nameof(SpatialGate))
    {
        (_gridSplit, _blockSplit) = (settings.Grid, settings.Block);
        _norm = new ChannelNorm(channels);
        _expand = Linear(channels, channels * Factor, settings.Bias);
        _grid = Linear(_gridSplit.Positions, _gridSplit.Positions, settings.Bias);
        _block = Linear(_blockSplit.Positions, _blockSplit.Positions, settings.Bias);
        _project = Linear(channels * Factor, channels, settings.Bias);
        RegisterComponents();
    }

    /// <param name="input">N×H×W×C, contiguous.</param>
    /// <returns>N×H×W×C, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        if (is_grad_enabled())
        {
            var x = functional.gelu(_expand.call(_norm.call(input)));       // N×H×W×2C
            var halves = cat([Mix(_grid, _gridSplit, x.Half(0)), Mix(_block, _blockSplit, x.Half(1))], -1);
            return _project.call(halves).MoveToOuterDisposeScope();
        }

        var normal = _norm.call(input);
        var output = zeros_like(input);
        _gridSplit.Accumulate(normal, output, tokens => Branch(tokens, 0, _grid));
        _blockSplit.Accumulate(normal, output, tokens => Branch(tokens, 1, _block));
        return output.MoveToOuterDisposeScope();
    }

    private static Tensor Mix(Linear layer, PixelSplit split, Tensor image) =>
        split.ToImage(layer.OnPositions(split.ToTokens(image)), image);

    private Tensor Branch(Tensor tokens, int half, Linear mix) =>
        _project.InputHalf(mix.OnPositions(_expand.OutputHalf(tokens, half).gelu_()), half);
}

/// <summary>
/// Lets two feature maps, the skip connection and the global features from below, weigh one another.
/// Source: MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
internal sealed class CrossGating : Module
{
    private readonly Upscaling? _upscaling;

    [ComponentName(Name = "ConvTranspose_0")]
    private readonly ConvTranspose2d? _upscale;

    [ComponentName(Name = "Conv_0")]
    private readonly Conv2d _joinX;

    [ComponentName(Name = "Conv_1")]
    private readonly Conv2d _joinY;

    [ComponentName(Name = "LayerNorm_x")]
    private readonly ChannelNorm _normX;

    [ComponentName(Name = "in_project_x")]
    private readonly Linear _expandX;

    [ComponentName(Name = "SplitHeadMultiAxisGating_x")]
    private readonly SpatialGate _gateX;

    [ComponentName(Name = "LayerNorm_y")]
    private readonly ChannelNorm _normY;

    [ComponentName(Name = "in_project_y")]
    private readonly Linear _expandY;

    [ComponentName(Name = "SplitHeadMultiAxisGating_y")]
    private readonly SpatialGate _gateY;

    [ComponentName(Name = "out_project_y")]
    private readonly Linear _projectY;

    [ComponentName(Name = "out_project_x")]
    private readonly Linear _projectX;

    /// <param name="joined">Channels of the joined skip signals.</param>
    /// <param name="below">Channels of the global features; null for a block that is never run.</param>
    /// <param name="channels">C.</param>
    /// <param name="settings">Settings of the level.</param>
    public CrossGating(int joined, int? below, int channels, BlockSettings settings)
        : base(nameof(CrossGating))
    {
        var bias = settings.Bias;
        if (below is { } input)
        {
            _upscale = Upscaling.Convolution(input, channels, bias);
            _upscaling = new Upscaling(_upscale);
        }

        _joinX = Layers.Convolution(joined, channels, 1, bias);
        _joinY = Layers.Convolution(channels, channels, 1, bias);
        _normX = new ChannelNorm(channels);
        _expandX = Linear(channels, channels, bias);
        _gateX = new SpatialGate(channels, settings);
        _normY = new ChannelNorm(channels);
        _expandY = Linear(channels, channels, bias);
        _gateY = new SpatialGate(channels, settings);
        _projectY = Linear(channels, channels, bias);
        _projectX = Linear(channels, channels, bias);
        RegisterComponents();
    }

    /// <summary>Gates.</summary>
    /// <param name="below">N×H/2×W/2×B, the global features.</param>
    /// <param name="signals">The parts of the skip connection.</param>
    /// <returns>Skip connection and global features of this level, N×H×W×C, owned by the caller.</returns>
    public (Tensor Skip, Tensor Global) Gate(Tensor below, params (IFeatureSource Source, Tensor Pixels)[] signals)
    {
        using var scope = NewDisposeScope();
        long[] size = [below.shape[0], below.shape[1] * 2, below.shape[2] * 2];
        var y = _joinY.Join(size, (_upscaling!, below));
        var x = _joinX.Join(size, signals);
        var innerX = Activate(_expandX.Consume(_normX.call(x)));
        var innerY = Activate(_expandY.Consume(_normY.call(y)));
        var weightsX = _gateX.call(innerX);
        var weightsY = _gateY.call(innerY);
        if (is_grad_enabled())
        {
            y = _projectY.call(innerY * weightsX) + y;
            x = _projectX.call(innerX * weightsY) + y + x;
        }
        else
        {
            _projectY.AddTo(y, innerY.mul_(weightsX));
            _projectX.AddTo(x.add_(y), innerX.mul_(weightsY));
        }

        return (x.MoveToOuterDisposeScope(), y.MoveToOuterDisposeScope());
    }

    private static Tensor Activate(Tensor input) => is_grad_enabled() ? input.gelu() : input.gelu_();
}

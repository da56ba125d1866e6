using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>What mixes the pixels of one axis.</summary>
/// <param name="Name">Its state name.</param>
/// <param name="Layer">Its parameters.</param>
/// <param name="Mix">P×R×C to the same shape; may write over its input where no gradient is recorded.</param>
internal sealed record AxisMixing(string Name, Module Layer, Func<Tensor, Tensor> Mix);

/// <summary>
/// Mixes pixels along two axes at once: half of the channels over a grid that spans the image, half within blocks; all but
/// the mixing is pixel by pixel. Source: MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
internal sealed class MultiAxisLayer : Module<Tensor, Tensor>
{
    /// <summary>How many times wider the authors have the layer of the weights inside.</summary>
    private const int GatingFactor = 2;

    private readonly PixelPartition _gridPartition;
    private readonly PixelPartition _blockPartition;
    private readonly bool _isResidual;
    private readonly AxisMixing _grid;
    private readonly AxisMixing _block;

    [ComponentName(Name = "LayerNorm_in")]
    private readonly ChannelLayerNorm _norm;

    [ComponentName(Name = "in_project")]
    private readonly Linear _expand;

    [ComponentName(Name = "out_project")]
    private readonly Linear _project;

    private MultiAxisLayer(
        int channels, int inner, BlockSettings settings, bool isResidual, Func<PixelPartition, AxisMixing> createMixing)
        : base(nameof(MultiAxisLayer))
    {
        (_gridPartition, _blockPartition, _isResidual) = (settings.Grid, settings.Block, isResidual);
        _norm = new ChannelLayerNorm(channels);
        _expand = Linear(channels, inner, settings.Bias);
        _grid = createMixing(_gridPartition);
        _block = createMixing(_blockPartition);
        _project = Linear(inner, channels, settings.Bias);
        // By hand, because the layers that mix have different names and come between these.
        register_module("LayerNorm_in", _norm);
        register_module("in_project", _expand);
        register_module(_grid.Name, _grid.Layer);
        register_module(_block.Name, _block.Layer);
        register_module("out_project", _project);
    }

    /// <summary>A gMLP for each axis; the result is added to the input (SplitHeadMultiAxisGmlpLayer in the authors' code).</summary>
    /// <param name="channels">C.</param>
    /// <param name="settings">Settings of the level.</param>
    /// <exception cref="IRConStyleException">The channels cannot be halved.</exception>
    public static MultiAxisLayer Gmlp(int channels, BlockSettings settings)
    {
        var options = settings.Options;
        var inner = channels * options.InputFactor;
        if (inner % 2 != 0)
            throw new IRConStyleException(
                $"{channels} channels, InputFactor {options.InputFactor} times wider, cannot be halved.",
                "Give an even factor.");
        return new(channels, inner, settings, isResidual: true, partition =>
        {
            var factor = partition.IsGrid ? options.GridFactor : options.BlockFactor;
            var layer = new GmlpLayer(inner / 2, factor, partition, settings.Bias);
            return new(partition.IsGrid ? "GridGmlpLayer" : "BlockGmlpLayer", layer, layer.call);
        });
    }

    /// <summary>One linear layer for each axis; gives weights for another feature map (GetSpatialGatingWeights in the authors' code).</summary>
    /// <param name="channels">C.</param>
    /// <param name="settings">Settings of the level.</param>
    public static MultiAxisLayer GatingWeights(int channels, BlockSettings settings) =>
        new(channels, channels * GatingFactor, settings, isResidual: false, partition =>
        {
            var layer = Linear(partition.Positions, partition.Positions, settings.Bias);
            return new(partition.IsGrid ? "Dense_0" : "Dense_1", layer, tokens => layer.OnPositions(tokens));
        });

    /// <param name="input">N×H×W×C, contiguous.</param>
    /// <returns>N×H×W×C, contiguous where no gradient is recorded, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        if (is_grad_enabled())
        {
            var x = functional.gelu(_expand.call(_norm.call(input)));       // N×H×W×fC
            var halves = cat([Mix(_grid, _gridPartition, x.Half(0)), Mix(_block, _blockPartition, x.Half(1))], -1);
            x = _project.call(halves);
            return (_isResidual ? x + input : x).MoveToOuterDisposeScope();
        }

        var normal = _norm.call(input);
        var output = _isResidual ? input.clone() : zeros_like(input);
        _gridPartition.Accumulate(normal, output, tokens => Branch(tokens, 0, _grid));
        _blockPartition.Accumulate(normal, output, tokens => Branch(tokens, 1, _block));
        return output.MoveToOuterDisposeScope();
    }

    private static Tensor Mix(AxisMixing mixing, PixelPartition partition, Tensor image) =>
        partition.ToImage(mixing.Mix(partition.ToTokens(image)), image);

    /// <summary>What one half of the inner channels adds to the output.</summary>
    private Tensor Branch(Tensor tokens, int half, AxisMixing mixing) =>
        _project.InputHalf(mixing.Mix(_expand.OutputHalf(tokens, half).gelu_()), half);
}

/// <summary>
/// A gated MLP (gMLP) that mixes positions: of a block, or of a grid. Sources: MAXIM, https://arxiv.org/abs/2201.02973; gMLP,
/// https://arxiv.org/abs/2105.08050.
/// </summary>
internal sealed class GmlpLayer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "GridGatingUnit")]
    private readonly SpatialGatingUnit? _gridGate;

    [ComponentName(Name = "BlockGatingUnit")]
    private readonly SpatialGatingUnit? _blockGate;

    [ComponentName(Name = "LayerNorm")]
    private readonly ChannelLayerNorm _norm;

    [ComponentName(Name = "in_project")]
    private readonly Linear _expand;

    [ComponentName(Name = "out_project")]
    private readonly Linear _project;

    /// <param name="channels">C.</param>
    /// <param name="factor">How many times wider it is inside.</param>
    /// <param name="partition">Which positions are mixed.</param>
    /// <param name="bias">Whether the projections have a bias; the gate always has.</param>
    public GmlpLayer(int channels, int factor, PixelPartition partition, bool bias)
        : base(nameof(GmlpLayer))
    {
        var inner = channels * factor;
        if (inner % 2 != 0)
            throw new IRConStyleException(
                $"{channels} channels, {factor} times wider, cannot be halved.", "Give even factors or more Features.");
        _norm = new ChannelLayerNorm(channels);
        _expand = Linear(channels, inner, bias);
        var gate = new SpatialGatingUnit(inner / 2, partition.Positions);
        (_gridGate, _blockGate) = partition.IsGrid ? (gate, null) : ((SpatialGatingUnit?)null, gate);
        _project = Linear(inner / 2, channels, bias);
        RegisterComponents();
    }

    private SpatialGatingUnit Gate => (_gridGate ?? _blockGate)!;

    /// <param name="tokens">P×R×C; written over where no gradient is recorded.</param>
    /// <returns>P×R×C, owned by the caller.</returns>
    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var normal = _norm.call(tokens);
        if (is_grad_enabled())
        {
            var x = functional.gelu(_expand.call(normal));      // P×R×fC
            x = _project.call(Gate.call(x.Half(0), x.Half(1)));
            return (x + tokens).MoveToOuterDisposeScope();
        }

        var gated = _expand.OutputHalf(normal, 0).gelu_();      // P×R×fC/2
        var gate = _expand.OutputHalf(normal, 1).gelu_();
        _project.AddTo(tokens, Gate.call(gated, gate));
        return tokens.alias().MoveToOuterDisposeScope();
    }
}

/// <summary>Normalises one half of the channels and mixes its positions, to scale the other half.</summary>
internal sealed class SpatialGatingUnit : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "intermediate_layernorm")]
    private readonly ChannelLayerNorm _norm;

    [ComponentName(Name = "Dense_0")]
    private readonly Linear _mix;

    public SpatialGatingUnit(int channels, int positions)
        : base(nameof(SpatialGatingUnit))
    {
        _norm = new ChannelLayerNorm(channels);
        _mix = Linear(positions, positions);
        RegisterComponents();
    }

    /// <param name="gated">P×R×C.</param>
    /// <param name="gate">P×R×C.</param>
    /// <returns>P×R×C, owned by the caller.</returns>
    public override Tensor forward(Tensor gated, Tensor gate)
    {
        using var scope = NewDisposeScope();
        // The gate starts near one, not near zero.
        var weights = _mix.OnPositions(_norm.call(gate), offset: 1);
        var x = is_grad_enabled() ? weights * gated : weights.mul_(gated);
        return x.MoveToOuterDisposeScope();
    }
}

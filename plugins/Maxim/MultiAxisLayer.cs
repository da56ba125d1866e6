using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>Normalises one half of the channels and mixes its positions, to scale the other half.</summary>
internal sealed class GatingUnit : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "intermediate_layernorm")]
    private readonly ChannelNorm _norm;

    [ComponentName(Name = "Dense_0")]
    private readonly Linear _mix;

    public GatingUnit(int channels, int positions)
        : base(nameof(GatingUnit))
    {
        _norm = new ChannelNorm(channels);
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

/// <summary>
/// A gated MLP that mixes positions: of a block, or of a grid. Source: MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
internal sealed class GatedMlp : Module<Tensor, Tensor>
{
    [ComponentName(Name = "GridGatingUnit")]
    private readonly GatingUnit? _gridGate;

    [ComponentName(Name = "BlockGatingUnit")]
    private readonly GatingUnit? _blockGate;

    [ComponentName(Name = "LayerNorm")]
    private readonly ChannelNorm _norm;

    [ComponentName(Name = "in_project")]
    private readonly Linear _expand;

    [ComponentName(Name = "out_project")]
    private readonly Linear _project;

    /// <param name="channels">C.</param>
    /// <param name="factor">How many times wider it is inside.</param>
    /// <param name="split">Which positions are mixed.</param>
    /// <param name="bias">Whether the projections have a bias; the gate always has.</param>
    public GatedMlp(int channels, int factor, PixelSplit split, bool bias)
        : base(nameof(GatedMlp))
    {
        var inner = channels * factor;
        if (inner % 2 != 0)
            throw new IRConStyleException(
                $"{channels} channels, {factor} times wider, cannot be halved.", "Give even factors or more Features.");
        _norm = new ChannelNorm(channels);
        _expand = Linear(channels, inner, bias);
        var gate = new GatingUnit(inner / 2, split.Positions);
        (_gridGate, _blockGate) = split.IsGrid ? (gate, null) : ((GatingUnit?)null, gate);
        _project = Linear(inner / 2, channels, bias);
        RegisterComponents();
    }

    private GatingUnit Gate => (_gridGate ?? _blockGate)!;

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

/// <summary>
/// Mixes pixels along two axes at once: half of the channels over a grid that spans the image, half within blocks.
/// Source: MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
internal sealed class MultiAxisLayer : Module<Tensor, Tensor>
{
    private readonly PixelSplit _gridSplit;
    private readonly PixelSplit _blockSplit;

    [ComponentName(Name = "LayerNorm_in")]
    private readonly ChannelNorm _norm;

    [ComponentName(Name = "in_project")]
    private readonly Linear _expand;

    [ComponentName(Name = "GridGmlpLayer")]
    private readonly GatedMlp _grid;

    [ComponentName(Name = "BlockGmlpLayer")]
    private readonly GatedMlp _block;

    [ComponentName(Name = "out_project")]
    private readonly Linear _project;

    public MultiAxisLayer(int channels, BlockSettings settings)
        : base(nameof(MultiAxisLayer))
    {
        var (options, bias) = (settings.Options, settings.Bias);
        (_gridSplit, _blockSplit) = (settings.Grid, settings.Block);
        var inner = channels * options.InputFactor;
        if (inner % 2 != 0)
            throw new IRConStyleException(
                $"{channels} channels, InputFactor {options.InputFactor} times wider, cannot be halved.",
                "Give an even factor.");
        _norm = new ChannelNorm(channels);
        _expand = Linear(channels, inner, bias);
        _grid = new GatedMlp(inner / 2, options.GridFactor, _gridSplit, bias);
        _block = new GatedMlp(inner / 2, options.BlockFactor, _blockSplit, bias);
        _project = Linear(inner, channels, bias);
        RegisterComponents();
    }

    /// <param name="input">N×H×W×C, contiguous.</param>
    /// <returns>N×H×W×C, contiguous, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        if (is_grad_enabled())
        {
            var x = functional.gelu(_expand.call(_norm.call(input)));       // N×H×W×fC
            var halves = cat([Mix(_grid, _gridSplit, x.Half(0)), Mix(_block, _blockSplit, x.Half(1))], -1);
            return (_project.call(halves) + input).MoveToOuterDisposeScope();
        }

        var normal = _norm.call(input);
        var output = input.clone();
        _gridSplit.Accumulate(normal, output, tokens => Branch(tokens, 0, _grid));
        _blockSplit.Accumulate(normal, output, tokens => Branch(tokens, 1, _block));
        return output.MoveToOuterDisposeScope();
    }

    private static Tensor Mix(GatedMlp layer, PixelSplit split, Tensor image) =>
        split.ToImage(layer.call(split.ToTokens(image)), image);

    /// <summary>What one half of the inner channels adds to the output: all but the mixing is pixel by pixel.</summary>
    private Tensor Branch(Tensor tokens, int half, GatedMlp layer) =>
        _project.InputHalf(layer.call(_expand.OutputHalf(tokens, half).gelu_()), half);
}

using IRConStyle.Modules.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>Halves both sides: convolution 3×3, then every 2×2 pixels become channels (state name <c>down.0</c>).</summary>
public sealed class Downsampling : Module<Tensor, Tensor>
{
    [ComponentName(Name = "down")]
    private readonly Sequential _down;

    /// <summary>Makes the layer.</summary>
    /// <param name="input">Input channels.</param>
    /// <param name="output">Output channels; a multiple of 4.</param>
    public Downsampling(int input, int output)
        : base(nameof(Downsampling))
    {
        _down = Sequential(Layers.Convolution(input, output / 4, 3, bias: false), PixelUnshuffle(2));
        RegisterComponents();
    }

    /// <summary>Downsamples.</summary>
    /// <param name="input">N×C×H×W; H and W even.</param>
    /// <returns>N×output×H/2×W/2, owned by the caller.</returns>
    public override Tensor forward(Tensor input) => _down.call(input);
}

/// <summary>
/// Doubles both sides (convolution 3×3, then channels become 2×2 pixels), joins the skip connection and mixes both
/// (state names <c>up.0</c>, <c>down</c>).
/// </summary>
public sealed class Upsampling : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "up")]
    private readonly Sequential _up;

    [ComponentName(Name = "down")]
    private readonly Conv2d _mix;

    private readonly WeightCache<FusedUpsampling> _fused = new();

    /// <summary>Makes the layer.</summary>
    /// <param name="input">Input channels, which upsampling keeps.</param>
    /// <param name="skip">Channels of the skip connection.</param>
    /// <param name="output">Output channels.</param>
    public Upsampling(int input, int skip, int output)
        : base(nameof(Upsampling))
    {
        _up = Sequential(Layers.Convolution(input, input * 4, 3, bias: false), PixelShuffle(2));
        _mix = Layers.Convolution(input + skip, output, 1, bias: false);
        RegisterComponents();
    }

    /// <summary>Upsamples and joins.</summary>
    /// <param name="input">N×input×H×W.</param>
    /// <param name="skip">N×skip×2H×2W.</param>
    /// <returns>N×output×2H×2W, owned by the caller.</returns>
    public override Tensor forward(Tensor input, Tensor skip)
    {
        var (expand, mix) = (((Conv2d)_up[0]).weight!, _mix.weight!);
        if (FusedKernels.Suit(skip) && _fused.Find(() => new FusedUpsampling(expand, mix), expand, mix) is { } fused)
            return fused.Run(input, skip);
        using var up = _up.call(input);
        return _mix.Consume(cat([up, skip], 1));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _fused.Clear();
        base.Dispose(disposing);
    }
}

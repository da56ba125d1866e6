using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>
/// The U-Net of the paper's ConStyle-X networks, whatever its blocks: three levels down with style joining behind every
/// downsampling, a bottleneck modulated by the latent, three levels up, and the input added at the end.
/// Source: IRConStyle, https://arxiv.org/abs/2402.15784.
/// </summary>
/// <remarks>State names are those of the authors' networks without the encoder (<c>ConStyle.*</c>).</remarks>
public sealed class StyledUNet : Module, IBackbone
{
    private readonly UNetBlocks _blocks;
    private readonly InjectionPoints _style;
    private readonly Module<Tensor, Tensor> _preprocess;
    private readonly Module<Tensor, Tensor>[] _encoder;
    private readonly Downsampling[] _down;
    private readonly Module<Tensor, Tensor> _bottleneck;
    private readonly Module<Tensor, Tensor> _fusion;
    private readonly Upsampling[] _up;
    private readonly Module<Tensor, Tensor>[] _decoder;
    private readonly Module<Tensor, Tensor> _finetune;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="blocks">What fills it.</param>
    /// <param name="context">Which style it gets and how.</param>
    /// <exception cref="IRConStyleException">The widths do not fit, or the encoder lacks what the injection uses.</exception>
    public StyledUNet(UNetBlocks blocks, BackboneContext context)
        : base(nameof(StyledUNet))
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(context);
        CheckWidths(blocks);
        var dim = blocks.Dim;
        _blocks = blocks;
        _style = new InjectionPoints(dim, blocks.CreateActivation, context);

        _preprocess = this.Own("Preprocess_Module", blocks.CreatePreprocess(blocks.InputChannels, dim));
        _encoder = new Module<Tensor, Tensor>[3];
        _down = new Downsampling[3];
        for (var level = 0; level < 3; level++)
        {
            var channels = dim * (level + 1);
            _encoder[level] = this.Own($"Process_Module_l{level + 1}", blocks.CreateStage(new(UNetPart.Encoder, level), channels));
            // What the style does not add, the convolution produces.
            _down[level] = this.Own($"DC{level + 1}", new Downsampling(channels, channels + dim - _style.AddedBehind(level)));
        }

        _bottleneck = this.Own("Process_Module_bottom", blocks.CreateStage(new(UNetPart.Bottleneck, 3), dim * 4));
        _fusion = this.Own("local_fusion", blocks.CreateFusion((dim * 4) + _style.AddedAtBottleneck, dim * 3));

        _up = new Upsampling[3];
        _decoder = new Module<Tensor, Tensor>[3];
        var width = dim * 3;
        for (var level = 2; level >= 0; level--)
        {
            var channels = dim * (level + 2);
            _up[level] = this.Own($"UC{level + 1}", new Upsampling(width, dim * (level + 1), channels));
            _decoder[level] = this.Own($"Process_Module_r{level + 1}", blocks.CreateStage(new(UNetPart.Decoder, level), channels));
            width = channels;
        }

        _finetune = this.Own("Finetune_Module", blocks.CreateFinetune(width, blocks.OutputChannels));
        foreach (var module in _style.Modules)
            register_module(module.Name, module.Module);
        Spec = new BackboneSpec(blocks.InputChannels, blocks.SizeMultiple, _style.Any) 
        {
            OutputChannels = blocks.OutputChannels, NumbersPerPixel = blocks.NumbersPerPixel,
        };
    }

    /// <inheritdoc/>
    public BackboneSpec Spec { get; }

    /// <inheritdoc/>
    public Module Module => this;

    /// <inheritdoc/>
    public bool IsDormant(string stateName) => _blocks.IsDormant(stateName);

    /// <inheritdoc/>
    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        ArgumentNullException.ThrowIfNull(degraded);
        if (Spec.RequiresStyle)
            ArgumentNullException.ThrowIfNull(style);
        using var scope = NewDisposeScope();
        var image = degraded.ToChannelsLast();
        // One input channel has no layout of its own, so the first features are brought into line once more.
        var x = _preprocess.call(image).ToChannelsLast();

        var skips = new Tensor[3];
        for (var level = 0; level < 3; level++)
        {
            skips[level] = Process(_encoder[level], x);                    // N×(level+1)·dim×h×w
            x = _down[level].call(skips[level]);
            x = _style.InjectBehind(level, x, style);                   // N×(level+2)·dim×h/2×w/2
        }

        x = Process(_bottleneck, x);
        x = _fusion.Consume(_style.InjectAtBottleneck(x, style));           // N×3·dim×h×w

        for (var level = 2; level >= 0; level--)
        {
            using var low = x;
            x = _up[level].call(low, skips[level]);
            skips[level].Dispose();
            x = Process(_decoder[level], x);                              // N×(level+2)·dim×2h×2w
        }

        x = _finetune.Consume(x);
        return x.add(image).MoveToOuterDisposeScope();
    }

    private static void CheckWidths(UNetBlocks blocks)
    {
        if (blocks.Dim < 4 || blocks.Dim % 4 != 0)
            throw new IRConStyleException($"Dim is {blocks.Dim}.", "Give a multiple of 4, such as 48.");
        GlobalResidual.CheckChannels(blocks.InputChannels, blocks.OutputChannels);
    }

    private Tensor Process(Module<Tensor, Tensor> stage, Tensor input)
    {
        if (!_blocks.ResidualStages)
            return stage.Consume(input);
        using (input)
        using (var output = stage.call(input))
            return output.add(input);
    }
}

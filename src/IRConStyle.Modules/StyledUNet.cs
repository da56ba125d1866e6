using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
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
    private readonly bool _residualStages;
    private readonly IInjectionPoint?[] _features;
    private readonly IInjectionPoint? _latent;
    private readonly Module<Tensor, Tensor> _preprocess;
    private readonly Module<Tensor, Tensor>[] _left;
    private readonly Downsampling[] _down;
    private readonly Module<Tensor, Tensor> _bottom;
    private readonly Conv2d _fusion;
    private readonly Upsampling[] _up;
    private readonly Module<Tensor, Tensor>[] _right;
    private readonly Module<Tensor, Tensor> _finetune;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="blocks">What fills it.</param>
    /// <param name="context">Which style it gets and how.</param>
    /// <exception cref="IRConStyleException">The widths do not fit, or the encoder's feature maps do not.</exception>
    public StyledUNet(UNetBlocks blocks, BackboneContext context)
        : base(nameof(StyledUNet))
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(context);
        CheckWidths(blocks);
        var dim = blocks.Dim;
        _residualStages = blocks.ResidualStages;
        (_features, _latent) = CreatePoints(blocks, context);

        _preprocess = Own("Preprocess_Module", blocks.CreatePreprocess(blocks.InputChannels, dim));
        _left = new Module<Tensor, Tensor>[3];
        _down = new Downsampling[3];
        for (var level = 0; level < 3; level++)
        {
            var channels = dim * (level + 1);
            _left[level] = Own($"Process_Module_l{level + 1}", blocks.CreateStage(new(UNetSide.Left, level), channels));
            // What the style does not add, the convolution produces.
            var kept = channels + dim - (_features[level]?.AddedChannels ?? 0);
            _down[level] = Own($"DC{level + 1}", new Downsampling(channels, kept));
        }

        _bottom = Own("Process_Module_bottom", blocks.CreateStage(new(UNetSide.Bottom, 3), dim * 4));
        var fused = (dim * 4) + (_latent?.AddedChannels ?? 0);
        _fusion = Own("local_fusion", Layers.Convolution(fused, dim * 3, 1, blocks.FusionBias));

        _up = new Upsampling[3];
        _right = new Module<Tensor, Tensor>[3];
        var width = dim * 3;
        for (var level = 2; level >= 0; level--)
        {
            var channels = dim * (level + 2);
            _up[level] = Own($"UC{level + 1}", new Upsampling(width, dim * (level + 1), channels));
            _right[level] = Own($"Process_Module_r{level + 1}", blocks.CreateStage(new(UNetSide.Right, level), channels));
            width = channels;
        }

        _finetune = Own("Finetune_Module", blocks.CreateFinetune(width, blocks.OutputChannels));
        foreach (var module in _features.Append(_latent).SelectMany(point => point?.Modules ?? []))
            register_module(module.Name, module.Module);
        Spec = new BackboneSpec(blocks.InputChannels, 8, _latent is not null || _features.Any(point => point is not null));
    }

    /// <inheritdoc/>
    public BackboneSpec Spec { get; }

    /// <inheritdoc/>
    public Module Module => this;

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
            skips[level] = Process(_left[level], x);                    // N×(level+1)·dim×h×w
            x = _down[level].call(skips[level]);
            x = Inject(_features[level], x, style);                     // N×(level+2)·dim×h/2×w/2
        }

        x = Process(_bottom, x);
        x = _fusion.Consume(Inject(_latent, x, style));                 // N×3·dim×h×w

        for (var level = 2; level >= 0; level--)
        {
            using var low = x;
            x = _up[level].call(low, skips[level]);
            skips[level].Dispose();
            x = Process(_right[level], x);                              // N×(level+2)·dim×2h×2w
        }

        x = _finetune.Consume(x);
        return x.add(image).MoveToOuterDisposeScope();
    }

    private static void CheckWidths(UNetBlocks blocks)
    {
        if (blocks.Dim < 4 || blocks.Dim % 4 != 0)
            throw new IRConStyleException($"Dim is {blocks.Dim}.", "Give a multiple of 4, such as 48.");
        if (blocks.InputChannels != blocks.OutputChannels && blocks.InputChannels != 1)
            throw new IRConStyleException(
                $"InputChannels is {blocks.InputChannels}, but the restored image has {blocks.OutputChannels}.",
                "The input is added to the output: give both the same number of channels, or an input of one.");
    }

    private static (IInjectionPoint?[] Features, IInjectionPoint? Latent) CreatePoints(UNetBlocks blocks, BackboneContext context)
    {
        var points = new IInjectionPoint?[3];
        if (context is not { Style: { } style, Injection: { } injection })
            return (points, null);
        if (style.Features.Count < 3 || style.Features.Take(3).Where((f, level) => f.Stride != 2 << level).Any())
            throw new IRConStyleException(
                $"The encoder's feature maps have strides [{string.Join(", ", style.Features.Select(f => f.Stride))}].",
                "This backbone needs three, with strides 2, 4 and 8: choose another encoder.");
        if (style.LatentSizes.Count == 0)
            throw new IRConStyleException("The encoder has no latent.", "This backbone needs one: choose another encoder.");

        for (var level = 0; level < 3; level++)
        {
            points[level] = injection.CreateFeaturePoint(
                new(level, style.Features[level], blocks.Dim, blocks.CreateActivation));
            if (points[level] is { AddedChannels: var added } && (added % 4 != 0 || added >= blocks.Dim * (level + 2)))
                throw new IRConStyleException(
                    $"The injection adds {added} channels behind downsampling {level + 1}.",
                    $"It must add a multiple of 4 below {blocks.Dim * (level + 2)}.");
        }

        return (points, injection.CreateLatentPoint(new(style.LatentSizes[^1], blocks.Dim * 4)));
    }

    private static Tensor Inject(IInjectionPoint? point, Tensor input, StyleCode? style)
    {
        if (point is null)
            return input;
        using (input)
            return point.Inject(input, style!);
    }

    private Tensor Process(Module<Tensor, Tensor> stage, Tensor input)
    {
        using (input)
        {
            var output = stage.call(input);
            if (!_residualStages)
                return output;
            using (output)
                return output.add(input);
        }
    }

    private T Own<T>(string name, T module)
        where T : Module
    {
        register_module(name, module);
        return module;
    }
}

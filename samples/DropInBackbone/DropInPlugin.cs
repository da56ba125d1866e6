using IRConStyle.Abstractions;
using IRConStyle.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DropInBackbone;

/// <summary>The plugin: one new block, offered as the backbone <c>drop-in-unet</c>.</summary>
public sealed class DropInPlugin : IRestorationPlugin
{
    public PluginInfo Info { get; } = new("DropInBackbone", "1.0.0", Contract.Version, "A U-Net of dilated residual blocks.");

    public void Register(IPluginBuilder plugin) => plugin.AddStyledUNet<DropInOptions>(
        new("drop-in-unet", "The paper's U-Net with dilated residual blocks."), options => new DropInBlocks(options));
}

/// <summary>Dim, EncoderBlocks, BottleneckBlocks and DecoderBlocks are inherited.</summary>
public sealed class DropInOptions : UNetOptions
{
    /// <summary>Distance between the taps of the second convolution; 2 sees 5×5 pixels.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 8)]
    public int Dilation { get; set; } = 2;
}

internal sealed class DropInBlocks(DropInOptions options) : SimpleUNetBlocks(options)
{
    protected override Module<Tensor, Tensor> CreateBlock(UNetStage stage, int channels) => new DropInBlock(channels, options.Dilation);
}

/// <summary>x + conv(gelu(dilated depthwise conv(x))): N×C×H×W keeps its shape.</summary>
internal sealed class DropInBlock : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> _body;

    public DropInBlock(int channels, int dilation)
        : base(nameof(DropInBlock))
    {
        _body = Sequential(
            Conv2d(channels, channels, 3, padding: dilation, dilation: dilation, groups: channels),
            GELU(),
            Layers.Convolution(channels, channels, 1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var change = _body.call(input);
        return change + input;
    }
}

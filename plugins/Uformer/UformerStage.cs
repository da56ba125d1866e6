using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Uformer;

/// <summary>Blocks one after the other, under the state names <c>blocks.0</c>, <c>blocks.1</c> …</summary>
internal sealed class UformerStage : Module<Tensor, Tensor>
{
    [ComponentName(Name = "blocks")]
    private readonly Sequential _blocks;

    public UformerStage(IEnumerable<UformerBlock> blocks)
        : base(nameof(UformerStage))
    {
        _blocks = Sequential(blocks.ToArray<Module<Tensor, Tensor>>());
        RegisterComponents();
    }

    /// <param name="input">N×C×H×W, channels-last.</param>
    /// <returns>N×C×H×W, channels-last, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var pixels = input.alias().ToPixels();
        using var output = _blocks.call(pixels);
        return output.ToMaps();
    }
}

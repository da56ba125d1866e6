using IRConStyle.Modules;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Uformer;

/// <summary>Fills the paper's U-Net with blocks of Uformer.</summary>
/// <remarks>The authors' code takes square images only; this takes rectangles, and computes the same for squares.</remarks>
/// <param name="options">Width, depth and kind of blocks.</param>
internal sealed class UformerBlocks(ConStyleUformerOptions options) : UNetBlocks
{
    private const int Levels = 3;

    private readonly StageFactory _stages = new(options, options.StageBlocks, options.Heads);

    public override int Dim { get; } = options.Dim;

    public override int InputChannels { get; } = options.InputChannels;

    public override int OutputChannels { get; } = options.OutputChannels;

    public override int SizeMultiple => _stages.SizeMultiple;

    public override Module<Tensor, Tensor> CreateStage(UNetStage stage, int channels) =>
        _stages.Create(stage.Part == UNetPart.Decoder ? (2 * Levels) - stage.Level : stage.Level, channels);

    public override Module<Tensor, Tensor> CreatePreprocess(int input, int output) => ImageProjection.Input(input, output);

    public override Module<Tensor, Tensor> CreateFusion(int input, int output) =>
        Sequential(("fusion", Layers.Convolution(input, output, 1, FusionBias)));

    public override Module<Tensor, Tensor> CreateFinetune(int input, int output) => ImageProjection.Output(input, output);

    public override bool IsDormant(string stateName) => UformerBlock.IsDormant(stateName);
}

using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.NAFNet;

/// <summary>Brings NAFNet and its ConStyle form.</summary>
public sealed class NAFNetPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new(
        "NAFNet", "0.1.0", Contract.Version, "NAFNet and ConStyle NAFNet (https://arxiv.org/abs/2204.04676).");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddStyledUNet<ConStyleNafNetOptions>(
            new("constyle-nafnet", "The paper's U-Net of NAFNet blocks.") { ReferenceNames = ["ConStyleNAFNet"], Detector = NafNetDetection.Styled },
            options => new NafBlocks(options))
        .AddBackbone<NafNetOptions>(
            new("nafnet", "NAFNet as its authors built it, without style.") { ReferenceNames = ["NAFNet"], Detector = NafNetDetection.Plain },
            (options, _) => new PlainUNet(options, channels => new NafBlock(channels)));
}

using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.KBNet;

/// <summary>Brings KBNet and its ConStyle form.</summary>
public sealed class KBNetPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new(
        "KBNet", "0.1.0", Contract.Version, "KBNet and ConStyle KBNet (https://arxiv.org/abs/2303.02881).");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddStyledUNet<ConStyleKbNetOptions>(
            new("constyle-kbnet", "The paper's U-Net of KBNet blocks.") { ReferenceNames = ["ConStyleKBNet"], Detector = KbNetDetection.Styled },
            options => new KbBlocks(options))
        .AddBackbone<KbNetOptions>(
            new("kbnet", "KBNet as its authors built it, without style.") { ReferenceNames = ["KBNet"], Detector = KbNetDetection.Plain },
            (options, _) => new PlainUNet(
                options, channels => new KbBlock(channels, options.FeedForwardScale, options.Lightweight)));
}

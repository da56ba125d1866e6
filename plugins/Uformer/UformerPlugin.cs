using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.Uformer;

/// <summary>Brings Uformer and its ConStyle form.</summary>
public sealed class UformerPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new(
        "Uformer", "0.1.0", Contract.Version, "Uformer and ConStyle Uformer (https://arxiv.org/abs/2106.03106).");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddStyledUNet<ConStyleUformerOptions>(
            new("constyle-uformer", "The paper's U-Net of Uformer blocks.") { ReferenceNames = ["ConStyleUformer"], Detector = UformerDetection.Styled },
            options => new UformerBlocks(options))
        .AddBackbone<UformerOptions>(
            new("uformer", "Uformer as its authors built it, without style.") { ReferenceNames = ["Uformer"], Detector = UformerDetection.Plain },
            (options, _) => new UformerNetwork(options));
}

using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.Restormer;

/// <summary>Brings Restormer and its ConStyle form.</summary>
public sealed class RestormerPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new(
        "Restormer", "0.1.0", Contract.Version, "Restormer and ConStyle Restormer (https://arxiv.org/abs/2111.09881).");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddStyledUNet<ConStyleRestormerOptions>(
            new("constyle-restormer", "The paper's U-Net of Restormer blocks.") { ReferenceNames = ["ConStyleRestormer"], Detector = RestormerDetection.Styled },
            options => new RestormerBlocks(options))
        .AddBackbone<RestormerOptions>(
            new("restormer", "Restormer as its authors built it, without style.") { ReferenceNames = ["Restormer"], Detector = RestormerDetection.Plain },
            (options, _) => new RestormerNetwork(options));
}

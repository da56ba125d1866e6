using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.General;

/// <summary>Brings the general convolution networks and the identity.</summary>
public sealed class GeneralPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new(
        "General", "0.1.0", Contract.Version, "General convolution networks with and without style, and the identity.");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddStyledUNet<ConStyleGeneralOptions>(
            new("constyle-general", "The paper's U-Net of plain convolutions.") { ReferenceNames = ["ConStyleConv"], Detector = GeneralDetection.Styled },
            options => new ConvBlocks(options))
        .AddBackbone<GeneralOptions>(
            new("general", "Plain convolutions without style and skip connections.") { ReferenceNames = ["OriginConv"], Detector = GeneralDetection.Plain },
            (options, _) => new GeneralNetwork(options))
        .AddBackbone<IdentityOptions>(
            new("identity", "Returns its input: the baseline of every evaluation."),
            (options, _) => new IdentityBackbone(options));
}

using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Maxim;

/// <summary>Brings MAXIM and its ConStyle form.</summary>
public sealed class MaximPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new(
        "Maxim", "0.1.0", Contract.Version, "MAXIM and ConStyle MAXIM (https://arxiv.org/abs/2201.02973).");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddBackbone<ConStyleMaximOptions>(
            new("constyle-maxim", "The paper's U-Net of MAXIM blocks, with multi-scale inputs and cross gating.")
            {
                ReferenceNames = ["ConStyleMaxim"],
                Detector = MaximDetection.Styled,
            },
            (options, context) => new ConStyleMaximNetwork(options, context))
        .AddBackbone<MaximOptions>(
            new("maxim", "MAXIM with one stage, without style.") { ReferenceNames = ["Maxim"], Detector = MaximDetection.Plain },
            (options, _) => new MaximNetwork(options));
}

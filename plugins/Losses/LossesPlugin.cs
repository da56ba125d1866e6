using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Losses;

/// <summary>Registers the pixel losses.</summary>
public sealed class LossesPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new("Losses", "0.1.0", Contract.Version, "Pixel losses between restored and clean images.");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddLoss<NoOptions>(
            new ComponentInfo("l1", "Mean absolute difference.") { ReferenceNames = ["L1Loss"] },
            (_, _) => new L1Loss())
        .AddLoss<NoOptions>(
            new ComponentInfo("mse", "Mean square difference.") { ReferenceNames = ["MSELoss"] },
            (_, _) => new MeanSquareLoss())
        .AddLoss<CharbonnierOptions>(
            new ComponentInfo("charbonnier", "Mean of the difference's smooth absolute value.") { ReferenceNames = ["CharbonnierLoss"] },
            (options, _) => new CharbonnierLoss(options));
}

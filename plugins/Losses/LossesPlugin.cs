using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Losses;

/// <summary>Registers the losses between restored and clean images.</summary>
public sealed class LossesPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new("Losses", "0.1.0", Contract.Version, "Losses between restored and clean images.");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddLoss<ElementLossOptions>(
            new ComponentInfo("l1", "Mean absolute error (L1).") { ReferenceNames = ["L1Loss"] },
            (options, _) => new L1Loss(options))
        .AddLoss<ElementLossOptions>(
            new ComponentInfo("mse", "Mean squared error (MSE).") { ReferenceNames = ["MSELoss"] },
            (options, _) => new MseLoss(options))
        .AddLoss<CharbonnierOptions>(
            new ComponentInfo("charbonnier", "The difference's smooth absolute value.") { ReferenceNames = ["CharbonnierLoss"] },
            (options, _) => new CharbonnierLoss(options))
        .AddLoss<PsnrLossOptions>(
            new ComponentInfo("psnr", "Minus the peak signal-to-noise ratio, in dB, averaged over the images."),
            (options, _) => new PsnrLoss(options))
        .AddLoss<NoOptions>(
            new ComponentInfo("frequency", "Absolute difference of the Fourier spectra."),
            (_, _) => new FrequencyLoss())
        .AddLoss<EdgeLossOptions>(
            new ComponentInfo("edge", "Smooth absolute difference of the edges, by a Laplacian pyramid."),
            (options, _) => new EdgeLoss(options))
        .AddLoss<ElementLossOptions>(
            new ComponentInfo("tv", "Total variation of the restored images alone.") { ReferenceNames = ["WeightedTVLoss"] },
            (options, _) => new TotalVariationLoss(options));
}

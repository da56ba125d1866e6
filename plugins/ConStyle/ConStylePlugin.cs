using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.ConStyle;

/// <summary>Brings the paper's encoder, the ways its style enters a network, and the losses it learns by.</summary>
public sealed class ConStylePlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new(
        "ConStyle", "0.1.0", Contract.Version, "The ConStyle style encoder, its injection variants and contrastive losses.");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin)
    {
        plugin.AddMomentumContrast<MomentumContrastOptions>(
            new("constyle", "ConStyle: two latents and three feature maps, learned by contrast.")
            {
                ReferenceNames = ["ConStyle"],
                Detector = MomentumContrastDetection.Of("encoder_q.stage1.0.0.weight", state => !state.Has("encoder_q.classifier.0.bias")),
            },
            () => new StyleNetwork());

        AddInjection(plugin, "paper", "Feature maps behind each downsampling and the latent at the bottleneck.", true, true);
        AddInjection(plugin, "features", "Feature maps behind each downsampling alone.", true, false);
        AddInjection(plugin, "latent", "The latent at the bottleneck alone.", false, true);
        AddInjection(plugin, "none", "No style enters the network.", false, false);

        AddLoss<InfoNceLoss>(plugin, "infonce", ["CrossEntropyLoss", "l_CrossEntropy"], "Tells the positive key from the queue (cross entropy).");
        AddLoss<ContentLoss>(plugin, "content", ["ContentLoss", "l_content"], "Mean square distance of the last latent to its positive key.");
        AddLoss<StyleLoss>(plugin, "style", ["StyleLoss", "l_style"], "Pushes the batch's Gram matrices away from those of the negatives.");
    }

    private static void AddInjection(IPluginBuilder plugin, string name, string summary, bool features, bool latent) =>
        plugin.AddStyleInjection<NoOptions>(
            new(name, summary) { Detector = ConStyleInjection.Detector(features, latent) }, (_, _) => new ConStyleInjection(features, latent));

    private static void AddLoss<TLoss>(IPluginBuilder plugin, string name, string[] referenceNames, string summary)
        where TLoss : IContrastiveLoss, new() =>
        plugin.AddContrastiveLoss<NoOptions>(new(name, summary) { ReferenceNames = referenceNames }, (_, _) => new TLoss());
}

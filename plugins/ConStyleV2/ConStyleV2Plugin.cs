using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.ConStyleV2;

/// <summary>Brings the encoder of ConStyle v2.</summary>
public sealed class ConStyleV2Plugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new(
        "ConStyleV2", "0.1.0", Contract.Version, "The ConStyle v2 style encoder (https://github.com/Dongqi-Fan/ConStyle_v2).");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin.AddMomentumContrast<MomentumContrastOptions>(
        new("constyle-v2", "ConStyle v2: ConStyle and a classifier of 1,000 classes, pretrained and then frozen.")
        {
            ReferenceNames = ["ConStyle_v2"],
            Detector = MomentumContrastDetection.Of("encoder_q.classifier.0.bias", state => state.Axis("encoder_q.classifier.3.bias", 0) > 0),
        },
        () => new ClassifyingStyleNetwork());
}

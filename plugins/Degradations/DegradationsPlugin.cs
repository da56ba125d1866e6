using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Registers the degradations.</summary>
public sealed class DegradationsPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new("Degradations", "0.1.0", Contract.Version, "Makes degraded images from clean ones.");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin.AddDegradation<GaussianNoiseOptions>(
        new ComponentInfo("gaussian-noise", "White Gaussian noise of one level or of a random level, as denoising benchmarks add it.")
        {
            ReferenceNames = ["Dataset_GaussianDenoising"],
        },
        (options, _) => new GaussianNoise(options));
}

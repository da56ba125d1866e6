using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Metrics;

/// <summary>Registers the metrics.</summary>
public sealed class MetricsPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new("Metrics", "0.1.0", Contract.Version, "PSNR, SSIM, MS-SSIM and MAE as benchmarks compute them.");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddMetric<MetricOptions>(
            new ComponentInfo("psnr", "Peak signal-to-noise ratio over all channels.") { ReferenceNames = ["calculate_psnr"] },
            (options, _) => new PsnrMetric(options, lumaOnly: false))
        .AddMetric<MetricOptions>(
            new ComponentInfo("psnr-y", "Peak signal-to-noise ratio of the luma (Y of YCbCr); of a grey image, of its one channel."),
            (options, _) => new PsnrMetric(options, lumaOnly: true))
        .AddMetric<MetricOptions>(
            new ComponentInfo("ssim", "Structural similarity, averaged over the channels.") { ReferenceNames = ["calculate_ssim"] },
            (options, _) => new SsimMetric(options, lumaOnly: false))
        .AddMetric<MetricOptions>(
            new ComponentInfo("ssim-y", "Structural similarity of the luma (Y of YCbCr); of a grey image, of its one channel."),
            (options, _) => new SsimMetric(options, lumaOnly: true))
        .AddMetric<MsSsimOptions>(
            new ComponentInfo("ms-ssim", "Structural similarity over several scales (five unless Scales says otherwise), averaged over the channels."),
            (options, _) => new MsSsimMetric(options, lumaOnly: false))
        .AddMetric<MsSsimOptions>(
            new ComponentInfo("ms-ssim-y", "Structural similarity over several scales (five unless Scales says otherwise) of the luma (Y of YCbCr); of a grey image, of its one channel."),
            (options, _) => new MsSsimMetric(options, lumaOnly: true))
        .AddMetric<MetricOptions>(
            new ComponentInfo("mae", "Mean absolute error over all channels, of 255; smaller is better."),
            (options, _) => new MaeMetric(options, lumaOnly: false))
        .AddMetric<MetricOptions>(
            new ComponentInfo("mae-y", "Mean absolute error of the luma (Y of YCbCr), of 255; of a grey image, of its one channel."),
            (options, _) => new MaeMetric(options, lumaOnly: true));
}

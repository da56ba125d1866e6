namespace IRConStyle.Framework.Evaluation;

/// <summary>Which components a measurement is made with; configuration section <c>IRConStyle:Evaluation</c>.</summary>
public sealed class EvaluationOptions
{
    /// <summary>The dataset that pairs a degraded with a clean folder (options <c>Degraded</c>, <c>Clean</c>).</summary>
    public string PairedDataset { get; set; } = "paired-folders";

    /// <summary>The dataset that degrades a clean folder (option <c>Root</c>).</summary>
    public string CleanDataset { get; set; } = "clean-folder";

    /// <summary>The degradation behind a noise level (option <c>Sigma</c>).</summary>
    public string NoiseDegradation { get; set; } = "gaussian-noise";

    /// <summary>What is measured when neither the request nor the pipeline names metrics.</summary>
    public string[] Metrics { get; set; } = ["psnr", "ssim"];
}

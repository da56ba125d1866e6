using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Framework.Pipelines;

/// <summary>Which components a measurement is made with; configuration section <c>IRConStyle:Evaluation</c>.</summary>
public sealed class EvaluationOptions
{
    /// <summary>The key of these options below <c>IRConStyle</c>.</summary>
    public const string SectionKey = "Evaluation";

    /// <summary>The dataset that pairs a degraded with a clean folder (options <c>Degraded</c>, <c>Clean</c>).</summary>
    public string PairedDataset { get; set; } = "paired-folders";

    /// <summary>The dataset that degrades a clean folder (options <c>Root</c>, <c>SeedByName</c>).</summary>
    public string CleanDataset { get; set; } = "clean-folder";

    /// <summary>The degradation behind a noise level (option <c>Sigma</c>).</summary>
    public string NoiseDegradation { get; set; } = "gaussian-noise";

    /// <summary>
    /// Sub-folders that make a folder one of pairs, whatever their case: the first two that are both there hold the degraded
    /// and the clean images.
    /// </summary>
    public PairedLayout[] PairedLayouts { get; set; } =
    [
        new() { Degraded = "input", Clean = "target" },
        new() { Degraded = "lq", Clean = "gt" },
        new() { Degraded = "degraded", Clean = "clean" },
        new() { Degraded = "blur", Clean = "sharp" },
        new() { Degraded = "hazy", Clean = "clear" },
        new() { Degraded = "hazy", Clean = "gt" },
        new() { Degraded = "rain", Clean = "norain" },
        new() { Degraded = "noisy", Clean = "clean" },
    ];

    /// <summary>What is measured when neither the request nor the pipeline names metrics.</summary>
    public string[] Metrics { get; set; } = ["psnr", "ssim"];
}

/// <summary>Two sub-folders that hold pairs.</summary>
public sealed class PairedLayout
{
    /// <summary>The sub-folder of degraded images.</summary>
    [Required]
    public string Degraded { get; set; } = "";

    /// <summary>The sub-folder of clean images.</summary>
    [Required]
    public string Clean { get; set; } = "";
}

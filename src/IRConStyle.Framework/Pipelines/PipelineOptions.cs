using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Pipelines;

/// <summary>A pipeline: which components restore an image, how they are scored and how they are trained.</summary>
public sealed class PipelineOptions
{
    /// <summary>The key of the pipelines below <c>IRConStyle</c>.</summary>
    public const string SectionKey = "Pipelines";

    /// <summary>The injection used when an encoder is set and no injection is named.</summary>
    public const string DefaultInjection = "paper";

    /// <summary>One line for lists.</summary>
    public string Summary { get; set; } = "";

    /// <summary>
    /// The pipeline this one takes every key from that it does not set itself, but summary and weights; a list, and the
    /// options of a component of another name, are not mixed. Null for a pipeline that stands alone.
    /// </summary>
    public string? BasedOn { get; set; }

    /// <summary>The style encoder; null for a network without style.</summary>
    public ComponentOptions? Encoder { get; set; }

    /// <summary>How style enters the backbone; <c>paper</c> when an encoder is set and this is null.</summary>
    public ComponentOptions? Injection { get; set; }

    /// <summary>The network from degraded to restored image.</summary>
    public ComponentOptions Backbone { get; set; } = new();

    /// <summary>The weights file; a relative path is below the program's directory. Null for a network still to be trained.</summary>
    public string? Weights { get; set; }

    /// <summary>The metrics reported by evaluation and validation, by name.</summary>
    public string[] Metrics { get; set; } = ["psnr", "ssim"];

    /// <summary>How the network is trained.</summary>
    public TrainingOptions Training { get; set; } = new();

    /// <summary>The full path of <see cref="Weights"/>; null when there is none.</summary>
    public string? WeightsPath => string.IsNullOrWhiteSpace(Weights) ? null : Path.GetFullPath(Weights, AppContext.BaseDirectory);
}

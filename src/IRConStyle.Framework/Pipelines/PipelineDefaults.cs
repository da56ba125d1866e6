using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Framework.Pipelines;

/// <summary>What holds where nothing is named; a key of the section <c>IRConStyle</c> itself.</summary>
public sealed class PipelineDefaults
{
    /// <summary>The pipeline used where a command names none.</summary>
    [Required]
    public string DefaultPipeline { get; set; } = "denoise";
}

using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Benchmarking;
using IRConStyle.Framework.Evaluation;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;

namespace IRConStyle.Framework.Composition;

/// <summary>The section <c>IRConStyle</c> of the configuration.</summary>
public sealed class IRConStyleOptions
{
    /// <summary>The section's name.</summary>
    public const string SectionName = "IRConStyle";

    /// <summary>
    /// Directories whose sub-folders are plugins, or which are one plugin's build output; relative ones are below the program's directory. A directory named here
    /// must exist; the default one need not.
    /// </summary>
    public string[] PluginDirectories { get; set; } = ["plugins"];

    /// <summary>The pipeline used where a command names none.</summary>
    [Required]
    public string DefaultPipeline { get; set; } = "denoise";

    /// <summary>Where tensors live: <c>auto</c> (CUDA when there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:n</c>.</summary>
    [RegularExpression("(?i:auto|cpu|cuda(:[0-9]{1,3})?)", ErrorMessage = "accepted is auto, cpu, cuda or cuda:n")]
    public string Device { get; set; } = "auto";

    /// <summary>Whether to trade memory for speed in glibc's allocator (Linux only).</summary>
    public bool TuneMalloc { get; set; } = true;

    /// <summary>Whether waiting threads of libgomp sleep soon instead of keeping their core busy (Linux only).</summary>
    public bool BoundSpin { get; set; } = true;

    /// <summary>How images are restored.</summary>
    public InferenceOptions Inference { get; set; } = new();

    /// <summary>Which components measurements are made with.</summary>
    public EvaluationOptions Evaluation { get; set; } = new();

    /// <summary>How image files are read and written.</summary>
    public ImagingOptions Imaging { get; set; } = new();

    /// <summary>
    /// Degradations of the user's own by name: a component with options, which can then be named wherever a degradation is
    /// asked for. No component may have the name. Names ignore case.
    /// </summary>
    public Dictionary<string, ComponentOptions> Degradations { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The benchmarks by name; names ignore case.</summary>
    public Dictionary<string, BenchmarkOptions> Benchmarks { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The pipelines by name; names ignore case.</summary>
    public Dictionary<string, PipelineOptions> Pipelines { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}

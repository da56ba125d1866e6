using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Benchmarking;

/// <summary>A published set of images, where it lies and how it is measured; configuration section <c>IRConStyle:Benchmarks:&lt;name&gt;</c>.</summary>
public sealed class BenchmarkOptions : IValidatableObject
{
    /// <summary>The key of the benchmarks below <c>IRConStyle</c>.</summary>
    public const string SectionKey = "Benchmarks";

    /// <summary>How the set is called in tables; empty for its name.</summary>
    public string Title { get; set; } = "";

    /// <summary>What the set holds and where it comes from.</summary>
    public string Summary { get; set; } = "";

    /// <summary>
    /// The benchmark this one takes every key from that it does not set itself, but the title; a list, and the options of
    /// a component of another name, are not mixed. Null for a benchmark that stands alone.
    /// </summary>
    public string? BasedOn { get; set; }

    /// <summary>What is to be done, by which a group of benchmarks is chosen: <c>denoise</c>, <c>deblur</c>, <c>derain</c>, <c>dehaze</c>.</summary>
    public string Task { get; set; } = "";

    /// <summary>How many images the whole set has; 0 when unknown. Fewer are measured too, and told as a subset.</summary>
    [Range(0, 10_000_000)]
    public int Images { get; set; }

    /// <summary>
    /// Folders below the root in which the set may lie, tried in order, case ignored. <c>*</c> stands for any characters
    /// within a folder's name; when several folders fit the same entry, none is taken and the benchmark fails.
    /// </summary>
    public string[] Folders { get; set; } = [];

    /// <summary>How the folder may be laid out, tried in order.</summary>
    public BenchmarkLayoutOptions[] Layouts { get; set; } = [];

    /// <summary>Degrades the clean images, with seed 0 for each; null where the layouts hold pairs.</summary>
    public ComponentOptions? Degradation { get; set; }

    /// <summary>What is measured, the deciding metric first; names are unique.</summary>
    public ComponentOptions[] Metrics { get; set; } = [];

    /// <summary>
    /// 0 scores images of their own size. Another number repeats the authors' code: both images are extended by reflection
    /// to multiples of it before restoring, and what was added is scored too.
    /// </summary>
    [Range(0, 4096)]
    public int PadTo { get; set; }

    /// <summary>Whether the images are grey: degraded, restored and scored with one channel.</summary>
    public bool Grey { get; set; }

    /// <summary>What the mean is taken over: all images alike, or scenes (folders in the images' names), each the mean of its images.</summary>
    public MeasurementAveraging Averaging { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Folders.Length == 0)
            yield return new ValidationResult("a benchmark needs at least one folder", [nameof(Folders)]);
        if (Array.Find(Folders, folder => Path.IsPathRooted(folder) || folder.Split('/').Any(part => part is "" or "." or "..")) is { } outside)
            yield return new ValidationResult($"'{outside}' is no folder below the root; write names with / between them", [nameof(Folders)]);
        if (Layouts.Length == 0)
            yield return new ValidationResult("a benchmark needs at least one layout", [nameof(Layouts)]);
        if (Metrics.Length == 0)
            yield return new ValidationResult("a benchmark needs at least one metric", [nameof(Metrics)]);
        if (Metrics.GroupBy(metric => metric.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            yield return new ValidationResult($"'{twice.Key}' is there twice; reports name figures by their metric", [nameof(Metrics)]);
    }
}

/// <summary>One way in which a set may lie in its folder.</summary>
public sealed class BenchmarkLayoutOptions
{
    /// <summary>What must be in the folder: folders and files by their paths below it, with <c>*</c> for any characters within a name.</summary>
    public string[] Requires { get; set; } = [];

    /// <summary>The layout in words, for those whose folder looks otherwise.</summary>
    public string Summary { get; set; } = "";

    /// <summary>The dataset; relative paths in its options start in the folder.</summary>
    public ComponentOptions Data { get; set; } = new();
}

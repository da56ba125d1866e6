using IRConStyle.Abstractions;

namespace IRConStyle.Evaluation.Data;

/// <summary>Images to check or to show: a folder, two folders, or a pipeline's data.</summary>
/// <param name="Name">How it is called in tables: the folder, or the pipeline and the key of its configuration.</param>
/// <param name="Data">The dataset with its options.</param>
public sealed record DataTarget(string Name, ComponentOptions Data)
{
    /// <summary>The degradation the dataset is configured with; null where it holds both images, or where it is not known.</summary>
    public ComponentOptions? Degradation { get; init; }

    /// <summary>Whether the dataset gets clean images only and needs a degradation.</summary>
    public bool NeedsDegradation { get; init; }

    /// <summary>The largest training patch in pixels, which smaller images are extended to; null where none is known.</summary>
    public int? PatchSize { get; init; }

    /// <summary>Why there is nothing to open; null where there is.</summary>
    public IRConStyleException? Problem { get; init; }
}

/// <summary>What the user names to have it checked or shown.</summary>
public sealed record DataSelection
{
    /// <summary>Folders of clean images, or of a pair of sub-folders as <see cref="Framework.Pipelines.EvaluationOptions.PairedLayouts"/> has them.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>A folder of degraded images, with <see cref="Clean"/>.</summary>
    public string? Degraded { get; init; }

    /// <summary>The folder of their clean partners.</summary>
    public string? Clean { get; init; }

    /// <summary>A pipeline whose training and validation data are meant.</summary>
    public string? Pipeline { get; init; }

    /// <summary>Options of the datasets that folders are opened with, by configuration key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Options { get; init; } = [];
}

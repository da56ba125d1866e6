using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;

namespace IRConStyle.Training.Loop;

/// <summary>What a request changes of its pipeline's training; null leaves what is configured.</summary>
public sealed record TrainingChanges
{
    /// <summary>See <see cref="TrainingOptions.Iterations"/>.</summary>
    public int? Iterations { get; init; }

    /// <summary>See <see cref="TrainingOptions.MaxTime"/>.</summary>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>See <see cref="TrainingOptions.BatchSize"/>.</summary>
    public int? BatchSize { get; init; }

    /// <summary>See <see cref="TrainingOptions.PatchSize"/>.</summary>
    public int? PatchSize { get; init; }

    /// <summary>See <see cref="TrainingOptions.LearningRate"/>.</summary>
    public double? LearningRate { get; init; }

    /// <summary>See <see cref="TrainingOptions.Precision"/>.</summary>
    public TrainingPrecision? Precision { get; init; }

    /// <summary>See <see cref="TrainingOptions.SaveEvery"/>.</summary>
    public int? SaveEvery { get; init; }

    /// <summary>See <see cref="TrainingOptions.Seed"/>.</summary>
    public ulong? Seed { get; init; }

    /// <summary>See <see cref="TrainingOptions.InitialWeights"/>; a relative path is below the current directory.</summary>
    public string? InitialWeights { get; init; }

    /// <summary>The folders of training images.</summary>
    public ImageFolders? Data { get; init; }

    /// <summary>The folders of validation images.</summary>
    public ImageFolders? Validation { get; init; }

    /// <summary>The noise added to validation images without degraded partners, 0 to 255; null degrades them like the training images.</summary>
    public double? ValidationNoise { get; init; }

    /// <summary>See <see cref="ValidationOptions.Every"/>.</summary>
    public int? ValidateEvery { get; init; }

    /// <summary>Changes a pipeline.</summary>
    /// <param name="pipeline">The pipeline, which the caller owns.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="datasets">Which datasets folders are opened with.</param>
    /// <exception cref="ConfigurationException">A value is out of bounds.</exception>
    internal void Apply(PipelineOptions pipeline, string name, EvaluationOptions datasets)
    {
        var training = pipeline.Training;
        training.Iterations = Iterations ?? training.Iterations;
        training.MaxTime = MaxTime ?? training.MaxTime;
        training.BatchSize = BatchSize ?? training.BatchSize;
        training.PatchSize = PatchSize ?? training.PatchSize;
        training.LearningRate = LearningRate ?? training.LearningRate;
        training.Precision = Precision ?? training.Precision;
        training.SaveEvery = SaveEvery ?? training.SaveEvery;
        training.Seed = Seed ?? training.Seed;
        training.InitialWeights = InitialWeights is null ? training.InitialWeights : Path.GetFullPath(InitialWeights);
        training.Data = Data?.Open(training.Data, datasets) ?? training.Data;
        ApplyValidation(training, datasets);
        var path = FrameworkSection.PathOf(PipelineOptions.SectionKey, name, nameof(pipeline.Training));
        OptionsBounds.Require(training, path);
        if (training.Validation is { } validation)
            OptionsBounds.Require(validation, $"{path}:{nameof(training.Validation)}");
    }

    private void ApplyValidation(TrainingOptions training, EvaluationOptions datasets)
    {
        if (Validation is null && ValidateEvery is null)
            return;
        var validation = training.Validation ??= new ValidationOptions();
        validation.Every = ValidateEvery ?? validation.Every;
        if (Validation is not { } folders)
            return;
        // Not all images the same rain; noise as benchmarks add it is the same for all.
        var data = folders.Open(validation.Data, datasets);
        validation.Data = folders.Degraded is null && ValidationNoise is null ? data.With(("SeedByName", true)) : data;
        if (ValidationNoise is { } sigma)
            validation.Degradation = ComponentOptions.Of(datasets.NoiseDegradation, ("Sigma", sigma));
    }
}

/// <summary>Folders of images; relative paths are below the current directory.</summary>
/// <param name="Clean">The folder of clean images, or of whatever the pipeline's own dataset reads.</param>
/// <param name="Degraded">The folder of their degraded partners; null where the clean ones are degraded.</param>
public sealed record ImageFolders(string Clean, string? Degraded = null)
{
    /// <summary>The dataset that reads them: a configured one keeps its options, if it is of the kind that is needed.</summary>
    internal ComponentOptions Open(ComponentOptions? configured, EvaluationOptions datasets)
    {
        if (Degraded is not null)
            return Base(configured, datasets.PairedDataset).With(("Clean", Path.GetFullPath(Clean)), ("Degraded", Path.GetFullPath(Degraded)));
        // A configured dataset of another kind may read one folder too: what it reads is its own business.
        var dataset = configured is null or { Name: "" } || configured.Name == datasets.PairedDataset ? Base(configured, datasets.CleanDataset) : configured;
        return dataset.With(("Root", Path.GetFullPath(Clean)));
    }

    private static ComponentOptions Base(ComponentOptions? configured, string name)
        => configured?.Name == name ? configured : new ComponentOptions { Name = name };
}

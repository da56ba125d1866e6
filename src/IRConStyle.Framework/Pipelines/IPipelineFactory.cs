using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Hosting;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Pipelines;

/// <summary>
/// Builds what pipelines are made of, from configuration and plugins. Everything it returns is the caller's. Building
/// loads libtorch; describing and validating do not. Safe to use from several threads at once.
/// </summary>
public interface IPipelineFactory
{
    /// <summary>The configured pipelines, sorted.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The pipeline meant where none is named: <c>IRConStyle:DefaultPipeline</c>.</summary>
    string DefaultName { get; }

    /// <summary>What a list shows of each pipeline, sorted by name. Faster than describing them all.</summary>
    /// <exception cref="ConfigurationException">A pipeline is based on one that does not exist, or on itself.</exception>
    IReadOnlyList<PipelineSummary> List();

    /// <summary>A pipeline's configuration: complete, and a new object each time, which the caller may change.</summary>
    /// <param name="name">The pipeline's name; case is ignored.</param>
    /// <exception cref="IRConStyleException">There is none of this name; the message lists the known ones.</exception>
    PipelineOptions Describe(string name);

    /// <summary>Checks that all components of a pipeline exist and their options bind.</summary>
    /// <param name="name">The pipeline's name; case is ignored.</param>
    /// <exception cref="ConfigurationException">Lists everything wrong in the pipeline.</exception>
    void Validate(string name);

    /// <summary>Checks the whole section <c>IRConStyle</c> with all pipelines, and that the files of weights exist.</summary>
    /// <exception cref="ConfigurationException">Lists everything wrong in it.</exception>
    void ValidateAll();

    /// <summary>Builds the network of a configured pipeline, with initial weights, on the CPU.</summary>
    /// <param name="name">The pipeline's name; case is ignored.</param>
    /// <param name="training">Whether the encoder's training side (momentum encoder, queue) is needed.</param>
    /// <exception cref="IRConStyleException">A component is unknown, or its options are wrong.</exception>
    RestorationNetwork CreateNetwork(string name, bool training);

    /// <summary>Builds the network that options describe, with initial weights, on the CPU.</summary>
    /// <param name="options">The pipeline, for example from a <see cref="PipelineDocument"/>.</param>
    /// <param name="training">Whether the encoder's training side (momentum encoder, queue) is needed.</param>
    /// <param name="name">The pipeline's name, for messages.</param>
    /// <exception cref="IRConStyleException">A component is unknown, or its options are wrong.</exception>
    RestorationNetwork CreateNetwork(PipelineOptions options, bool training, string name = "");

    /// <summary>Builds the learning-rate schedule of a training, warm-up included.</summary>
    /// <param name="training">Base rate, warm-up, length and the schedule's name.</param>
    /// <exception cref="IRConStyleException">The schedule is unknown, or its options are wrong.</exception>
    ILearningRateSchedule CreateSchedule(TrainingOptions training);

    /// <summary>Opens a dataset.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="degradation">Makes degraded images from clean ones; null where the dataset holds both.</param>
    /// <exception cref="IRConStyleException">A component is unknown, its options are wrong, or there are no images.</exception>
    IRestorationDataset CreateDataset(ComponentOptions data, ComponentOptions? degradation = null);

    /// <summary>Opens a dataset from a directory of its own, or for inspection.</summary>
    /// <param name="request">The dataset, and how it is opened.</param>
    /// <exception cref="IRConStyleException">The dataset is unknown, its options are wrong, or there are no images.</exception>
    IRestorationDataset OpenDataset(DatasetRequest request);

    /// <summary>Builds a degradation and those it is made of.</summary>
    /// <param name="degradation">
    /// Its name and options, or the name of one that is configured at <c>IRConStyle:Degradations</c>.
    /// </param>
    /// <exception cref="IRConStyleException">It is unknown, or its options are wrong.</exception>
    IDegradation CreateDegradation(ComponentOptions degradation);

    /// <summary>Builds a metric with its default options.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="IRConStyleException">It is unknown; the message lists the known ones.</exception>
    IMetric CreateMetric(string name);

    /// <summary>Builds a metric.</summary>
    /// <param name="metric">Its name and options.</param>
    /// <exception cref="IRConStyleException">It is unknown, or its options are wrong.</exception>
    IMetric CreateMetric(ComponentOptions metric);

    /// <summary>Builds a loss between restored and clean images; its weight is the caller's to apply.</summary>
    /// <param name="loss">Its name and options.</param>
    /// <exception cref="IRConStyleException">It is unknown, or its options are wrong.</exception>
    IRestorationLoss CreateLoss(LossOptions loss);

    /// <summary>Builds a loss on a contrastive encoder's output; its weight is the caller's to apply.</summary>
    /// <param name="loss">Its name and options.</param>
    /// <exception cref="IRConStyleException">It is unknown, or its options are wrong.</exception>
    IContrastiveLoss CreateContrastiveLoss(LossOptions loss);

    /// <summary>Builds a component of any contract.</summary>
    /// <typeparam name="TComponent">The contract, for example <see cref="IBackbone"/>.</typeparam>
    /// <param name="name">The name a plugin registered it under.</param>
    /// <param name="options">The section of its options; null for defaults.</param>
    /// <param name="context">What the contract's factories ask for; null where they ask for services alone.</param>
    /// <exception cref="IRConStyleException">It is unknown, its options are wrong, or it cannot be built from them.</exception>
    TComponent Create<TComponent>(string name, IConfigurationSection? options = null, ComponentContext? context = null)
        where TComponent : class;
}

/// <summary>How a dataset is opened.</summary>
/// <param name="Data">Its name and options.</param>
public sealed record DatasetRequest(ComponentOptions Data)
{
    /// <summary>Makes degraded images from clean ones; null where the dataset holds both.</summary>
    public IDegradation? Degradation { get; init; }

    /// <summary>Where relative paths in the options begin; without it the current directory.</summary>
    public string BaseDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>See <see cref="DatasetContext.IsInspection"/>.</summary>
    public bool IsInspection { get; init; }
}

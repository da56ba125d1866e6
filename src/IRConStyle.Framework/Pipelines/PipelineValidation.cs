using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Pipelines;

/// <summary>Checks pipelines and configured degradations without building them.</summary>
/// <param name="section">The section.</param>
/// <param name="pipelines">Its pipelines.</param>
/// <param name="catalogue">The components of plugins.</param>
/// <param name="components">Checks components.</param>
internal sealed class PipelineValidation(
    FrameworkSection section, NamedSections<PipelineOptions> pipelines, ComponentCatalogue catalogue, ComponentValidation components)
    : IConfigurationCheck
{
    internal const string InjectionAloneRemedy = "Set the pipeline's Encoder, or remove its Injection.";

    public static string InjectionAlone(string pipeline) => $"The pipeline '{pipeline}' has an injection and no encoder to inject from.";

    /// <summary>Checks one pipeline.</summary>
    /// <exception cref="ConfigurationException">Lists everything wrong in it.</exception>
    public void Check(string name, PipelineOptions pipeline)
    {
        var errors = new List<ConfigurationError>();
        Check(name, pipeline, errors);
        if (errors.Count > 0)
            throw new ConfigurationException(errors);
    }

    /// <summary>Checks of one pipeline what it takes to restore: plugins of metrics and losses need not be there.</summary>
    /// <exception cref="ConfigurationException">Lists everything wrong in it.</exception>
    public void CheckNetwork(string name, PipelineOptions pipeline)
    {
        var errors = new List<ConfigurationError>();
        CheckNetwork(pipelines.PathOf(name), pipeline, errors);
        if (errors.Count > 0)
            throw new ConfigurationException(errors);
    }

    /// <summary>Checks all of them.</summary>
    public void Check(List<ConfigurationError> errors)
    {
        // A key that nobody owns is another check's to tell.
        foreach (var degradation in section.UncheckedPart(NamedDegradations.SectionKey).Children.OrderBy(child => child.Key, StringComparer.Ordinal))
        {
            var before = errors.Count;
            if (catalogue.Find<IDegradation>(degradation.Key) is not null)
                errors.Add(new(degradation.Path, null, "a plugin's degradation has this name; choose another"));
            var options = (ComponentOptions)OptionsBinder.TryBind(typeof(ComponentOptions), degradation, errors);
            if (errors.Count == before)
                components.Check<IDegradation>(options, errors, degradation.Path);
        }

        if (section.UnknownKeys.Count > 0 || section.UncheckedPart(PipelineOptions.SectionKey).Children.Count == 0)
            return;
        foreach (var name in pipelines.Names)
            Check(name, errors);
        var chosen = (PipelineDefaults)SectionBinding.TryBind(typeof(PipelineDefaults), "", section, []);
        if (chosen.DefaultPipeline.Length > 0 && !pipelines.Contains(chosen.DefaultPipeline))
            errors.Add(new(
                FrameworkSection.PathOf(nameof(chosen.DefaultPipeline)),
                chosen.DefaultPipeline,
                $"there is no such pipeline; {NearestName.Hint(chosen.DefaultPipeline, pipelines.Names)}"));
    }

    private void Check(string name, List<ConfigurationError> errors)
    {
        if (pipelines.TryBind(name, errors) is { } pipeline)
            Check(name, pipeline, errors);
    }

    private void Check(string name, PipelineOptions pipeline, List<ConfigurationError> errors)
    {
        var root = pipelines.PathOf(name);
        CheckNetwork(root, pipeline, errors);
        for (var i = 0; i < pipeline.Metrics.Length; i++)
            components.CheckName<IMetric>(pipeline.Metrics[i], errors, root, nameof(pipeline.Metrics), $"{i}");
        if (pipeline.WeightsPath is { } weights && !File.Exists(weights))
            errors.Add(new(ConfigurationPath.Combine(root, nameof(pipeline.Weights)), pipeline.Weights, $"there is no file {weights}"));
        Check(pipeline, ConfigurationPath.Combine(root, nameof(pipeline.Training)), errors);
    }

    private void CheckNetwork(string root, PipelineOptions pipeline, List<ConfigurationError> errors)
    {
        components.Check<IStyleEncoder>(pipeline.Encoder, errors, root, nameof(pipeline.Encoder));
        if (pipeline.Encoder is null && pipeline.Injection is not null)
            errors.Add(new(ConfigurationPath.Combine(root, nameof(pipeline.Injection)), null, "there is no encoder to inject from; set Encoder, or remove this"));
        var injection = pipeline.Encoder is null ? null : pipeline.Injection ?? new ComponentOptions { Name = PipelineOptions.DefaultInjection };
        components.Check<IStyleInjection>(injection, errors, root, nameof(pipeline.Injection));
        components.Check<IBackbone>(pipeline.Backbone, errors, root, nameof(pipeline.Backbone));
    }

    private void Check(PipelineOptions pipeline, string path, List<ConfigurationError> errors)
    {
        var training = pipeline.Training;
        components.Check<IRestorationDataset>(training.Data, errors, path, nameof(training.Data));
        components.Check<IDegradation>(training.Degradation, errors, path, nameof(training.Degradation));
        components.CheckAll<IRestorationLoss>(training.Losses, errors, path, nameof(training.Losses));
        components.CheckAll<IContrastiveLoss>(training.ContrastiveLosses, errors, path, nameof(training.ContrastiveLosses));
        components.Check<ILearningRateSchedule>(ScheduleOf(training), errors, path, nameof(training.Schedule));
        if (training.Validation is not { } validation)
            return;
        path = ConfigurationPath.Combine(path, nameof(training.Validation));
        components.Check<IRestorationDataset>(validation.Data, errors, path, nameof(validation.Data));
        components.Check<IDegradation>(validation.Degradation, errors, path, nameof(validation.Degradation));
        if (!pipeline.Metrics.Contains(validation.Metric, StringComparer.Ordinal))
            errors.Add(new(
                ConfigurationPath.Combine(path, nameof(validation.Metric)),
                validation.Metric,
                $"this is none of the pipeline's metrics; {NearestName.Hint(validation.Metric, pipeline.Metrics)}"));
    }

    /// <summary>The default needs its plugin only where something is trained.</summary>
    private static ComponentOptions? ScheduleOf(TrainingOptions training)
        => training.Schedule ?? (training.Data is null ? null : new ComponentOptions { Name = TrainingOptions.DefaultSchedule });
}

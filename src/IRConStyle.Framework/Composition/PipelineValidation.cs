using System.Globalization;
using System.Reflection;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Benchmarking;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Composition;

/// <summary>Checks pipelines and benchmarks without building them: every component exists and its options bind.</summary>
internal sealed class PipelineValidation(
    IRConStyleOptions options, ComponentCatalogue catalogue, NamedDegradations degradations, IEnumerable<OptionsSection> sections)
{
    internal const string InjectionAloneRemedy = "Set the pipeline's Encoder, or remove its Injection.";

    private static readonly MethodInfo CheckOfContract
        = typeof(PipelineValidation).GetMethod(nameof(CheckComponent), BindingFlags.NonPublic | BindingFlags.Instance)!;

    public static string PathOf(string pipeline)
        => ConfigurationPath.Combine(IRConStyleOptions.SectionName, nameof(IRConStyleOptions.Pipelines), pipeline);

    public static string InjectionAlone(string pipeline) => $"The pipeline '{pipeline}' has an injection and no encoder to inject from.";

    /// <summary>Checks one pipeline.</summary>
    public void Check(string name, PipelineOptions pipeline)
    {
        var errors = new List<ConfigurationError>();
        Check(name, pipeline, errors);
        Throw(errors);
    }

    /// <summary>Checks all pipelines and all sections that others added.</summary>
    public void CheckAll()
    {
        var errors = new List<ConfigurationError>();
        foreach (var section in sections)
            OptionsBinder.TryBind(section.Type, section.Section, errors);
        foreach (var (name, degradation) in options.Degradations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var path = ConfigurationPath.Combine(IRConStyleOptions.SectionName, nameof(options.Degradations), name);
            if (catalogue.Find<IDegradation>(name) is not null)
                errors.Add(new(path, null, "a plugin's degradation has this name; choose another"));
            CheckComponent<IDegradation>(degradation, path, errors);
        }

        foreach (var (name, benchmark) in options.Benchmarks.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var path = ConfigurationPath.Combine(IRConStyleOptions.SectionName, nameof(options.Benchmarks), name);
            if (!BenchmarkCatalogue.IsFileName(name))
                errors.Add(new(path, null, BenchmarkCatalogue.NotAFileName));
            Check(benchmark, path, errors);
        }

        foreach (var (name, pipeline) in options.Pipelines.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Check(name, pipeline, errors);
        if (options.Pipelines.Count > 0 && !options.Pipelines.ContainsKey(options.DefaultPipeline))
            errors.Add(new(
                ConfigurationPath.Combine(IRConStyleOptions.SectionName, nameof(IRConStyleOptions.DefaultPipeline)),
                options.DefaultPipeline,
                $"there is no such pipeline; {NearestName.Hint(options.DefaultPipeline, options.Pipelines.Keys)}"));
        Throw(errors);
    }

    private void Check(string name, PipelineOptions pipeline, List<ConfigurationError> errors)
    {
        var root = PathOf(name);
        string At(params string[] keys) => ConfigurationPath.Combine([root, .. keys]);

        CheckComponent<IStyleEncoder>(pipeline.Encoder, At(nameof(pipeline.Encoder)), errors);
        if (pipeline.Encoder is null && pipeline.Injection is not null)
            errors.Add(new(At(nameof(pipeline.Injection)), null, "there is no encoder to inject from; set Encoder, or remove this"));
        var injection = pipeline.Encoder is null ? null : pipeline.Injection ?? new ComponentOptions { Name = PipelineOptions.DefaultInjection };
        CheckComponent<IStyleInjection>(injection, At(nameof(pipeline.Injection)), errors);
        CheckComponent<IBackbone>(pipeline.Backbone, At(nameof(pipeline.Backbone)), errors);
        foreach (var (metric, index) in pipeline.Metrics.Select((metric, index) => (metric, index)))
            if (catalogue.Find<IMetric>(metric) is null)
                errors.Add(Unknown<IMetric>(metric, At(nameof(pipeline.Metrics), Text(index))));

        var training = pipeline.Training;
        CheckComponent<IRestorationDataset>(training.Data, At(nameof(pipeline.Training), nameof(training.Data)), errors);
        CheckComponent<IDegradation>(training.Degradation, At(nameof(pipeline.Training), nameof(training.Degradation)), errors);
        for (var i = 0; i < training.Losses.Length; i++)
            CheckComponent<IRestorationLoss>(training.Losses[i], At(nameof(pipeline.Training), nameof(training.Losses), Text(i)), errors);
        for (var i = 0; i < training.ContrastiveLosses.Length; i++)
            CheckComponent<IContrastiveLoss>(training.ContrastiveLosses[i], At(nameof(pipeline.Training), nameof(training.ContrastiveLosses), Text(i)), errors);
        CheckComponent<ILearningRateSchedule>(ScheduleOf(training), At(nameof(pipeline.Training), nameof(training.Schedule)), errors);
        if (training.Validation is { } validation)
            Check(validation, pipeline.Metrics, At(nameof(pipeline.Training), nameof(training.Validation)), errors);
    }

    /// <summary>The default needs its plugin only where something is trained.</summary>
    private static ComponentOptions? ScheduleOf(TrainingOptions training)
        => training.Schedule ?? (training.Data is null ? null : new ComponentOptions { Name = TrainingOptions.DefaultSchedule });

    private void Check(ValidationOptions validation, string[] metrics, string path, List<ConfigurationError> errors)
    {
        CheckComponent<IRestorationDataset>(validation.Data, ConfigurationPath.Combine(path, nameof(validation.Data)), errors);
        CheckComponent<IDegradation>(validation.Degradation, ConfigurationPath.Combine(path, nameof(validation.Degradation)), errors);
        if (!metrics.Contains(validation.Metric, StringComparer.Ordinal))
            errors.Add(new(
                ConfigurationPath.Combine(path, nameof(validation.Metric)),
                validation.Metric,
                $"this is none of the pipeline's metrics; {NearestName.Hint(validation.Metric, metrics)}"));
    }

    private void Check(BenchmarkOptions benchmark, string path, List<ConfigurationError> errors)
    {
        CheckComponent<IDegradation>(benchmark.Degradation, ConfigurationPath.Combine(path, nameof(benchmark.Degradation)), errors);
        for (var i = 0; i < benchmark.Layouts.Length; i++)
            CheckComponent<IRestorationDataset>(benchmark.Layouts[i].Data, ConfigurationPath.Combine(path, nameof(benchmark.Layouts), Text(i), nameof(BenchmarkLayoutOptions.Data)), errors);
        for (var i = 0; i < benchmark.Metrics.Length; i++)
            CheckComponent<IMetric>(benchmark.Metrics[i], ConfigurationPath.Combine(path, nameof(benchmark.Metrics), Text(i)), errors);
    }

    private void CheckComponent<TComponent>(ComponentOptions? component, string path, List<ConfigurationError> errors)
        where TComponent : class
    {
        if (component is null)
            return;
        path = component.ConfigurationPath() ?? path;
        if (catalogue.Find<TComponent>(component.Name) is { } factory)
        {
            CheckParts(OptionsBinder.TryBind(factory.OptionsType, component.Options ?? MemorySection.Create(path), errors), path, errors);
        }
        else if (typeof(TComponent) == typeof(IDegradation) && options.Degradations.ContainsKey(component.Name))
        {
            // What it stands for is checked where it is configured.
            if (component.Options?.GetChildren().Any() == true)
                errors.Add(new(path, component.Name, "this is a configured degradation, which takes no options here"));
        }
        else
        {
            errors.Add(Unknown<TComponent>(component.Name, ConfigurationPath.Combine(path, nameof(component.Name))));
        }
    }

    /// <summary>Checks the components that a component is made of.</summary>
    private void CheckParts(object bound, string path, List<ConfigurationError> errors)
    {
        foreach (var property in bound.GetType().GetProperties())
        {
            if (property.GetCustomAttribute<ComponentContractAttribute>() is not { } part)
                continue;
            var check = CheckOfContract.MakeGenericMethod(part.Contract);
            var value = property.GetValue(bound);
            var parts = value as IEnumerable<ComponentOptions> ?? (value is ComponentOptions single ? [single] : []);
            foreach (var (component, index) in parts.Select((component, index) => (component, index)))
                check.Invoke(this, [component, ConfigurationPath.Combine(path, nameof(component.Options), property.Name, Text(index)), errors]);
        }
    }

    private ConfigurationError Unknown<TComponent>(string name, string path)
        where TComponent : class
        => new(path, name, $"this {ComponentCatalogue.ContractName(typeof(TComponent))} is unknown; {NearestName.Hint(name, NamesOf<TComponent>())}");

    private IReadOnlyList<string> NamesOf<TComponent>()
        where TComponent : class => typeof(TComponent) == typeof(IDegradation) ? degradations.Names : catalogue.NamesOf<TComponent>();

    private static string Text(int index) => index.ToString(CultureInfo.InvariantCulture);

    private static void Throw(List<ConfigurationError> errors)
    {
        if (errors.Count > 0)
            throw new ConfigurationException(errors);
    }
}

/// <summary>A section beside the pipelines that a part of the program added.</summary>
internal sealed record OptionsSection(Type Type, IConfigurationSection Section);

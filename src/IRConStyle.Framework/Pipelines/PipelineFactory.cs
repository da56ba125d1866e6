using IRConStyle.Abstractions;
using IRConStyle.Framework.Checks;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace IRConStyle.Framework.Pipelines;

internal sealed class PipelineFactory(
    IServiceProvider services,
    NamedSections<PipelineOptions> pipelines,
    IOptionsFactory<PipelineOptions> options,
    IOptions<PipelineDefaults> defaults,
    ComponentCatalogue catalogue,
    NamedDegradations degradations,
    PipelineValidation validation,
    IEnumerable<IConfigurationCheck> checks,
    TorchRuntime torch)
    : IPipelineFactory
{
    public IReadOnlyList<string> Names => pipelines.Names;

    public string DefaultName => defaults.Value.DefaultPipeline;

    public IReadOnlyList<PipelineSummary> List() => [.. pipelines.Names.Select(name => PipelineSummary.Of(name, pipelines.Find(name)!))];

    public PipelineOptions Describe(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return pipelines.Contains(name)
            ? options.Create(name)
            : throw new IRConStyleException(
                $"The pipeline '{name}' is unknown; {NearestName.Hint(name, Names)}.",
                $"Name a configured pipeline, or add {pipelines.PathOf(name)} to the configuration.");
    }

    public void Validate(string name) => validation.Check(name, Describe(name));

    public void ValidateAll()
    {
        var errors = new List<ConfigurationError>();
        foreach (var check in checks)
            check.Check(errors);
        if (errors.Count > 0)
            throw new ConfigurationException(errors);
    }

    public RestorationNetwork CreateNetwork(string name, bool training) => CreateNetwork(Describe(name), training, name);

    public RestorationNetwork CreateNetwork(PipelineOptions options, bool training, string name = "")
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Encoder is null && options.Injection is not null)
            throw new IRConStyleException(PipelineValidation.InjectionAlone(name), PipelineValidation.InjectionAloneRemedy);

        torch.EnsureLoaded();
        IStyleEncoder? encoder = null;
        IBackbone? backbone = null;
        // A network is its owner's, not the scope's it happens to be made in: what components make goes with the network.
        using var scope = TorchSharp.torch.NewDisposeScope();
        try
        {
            IStyleInjection? injection = null;
            if (options.Encoder is not null)
            {
                encoder = Create<IStyleEncoder>(options.Encoder, new EncoderContext(services, training));
                var named = options.Injection ?? new ComponentOptions { Name = PipelineOptions.DefaultInjection };
                injection = Create<IStyleInjection>(named, new ComponentContext(services));
            }

            backbone = Create<IBackbone>(options.Backbone, new BackboneContext(services, encoder?.Spec, injection));
            var made = scope.DisposablesView.ToArray();
            scope.Detach(made);
            return new RestorationNetwork(name, encoder, backbone, made);
        }
        catch
        {
            encoder?.Module.Dispose();
            backbone?.Module.Dispose();
            throw;
        }
    }

    public IRestorationDataset CreateDataset(ComponentOptions data, ComponentOptions? degradation = null)
        => OpenDataset(new DatasetRequest(data) { Degradation = degradation is null ? null : CreateDegradation(degradation) });

    public IRestorationDataset OpenDataset(DatasetRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var images = services.GetService<IImageReader>()
            ?? throw new IRConStyleException("No image reader is registered.", $"Register an {nameof(IImageReader)} with the host's services.");
        return Create<IRestorationDataset>(
            request.Data,
            new DatasetContext(services, images, request.Degradation)
            {
                BaseDirectory = Path.GetFullPath(request.BaseDirectory),
                IsInspection = request.IsInspection,
            });
    }

    public IDegradation CreateDegradation(ComponentOptions degradation) => degradations.Create(degradation);

    public ILearningRateSchedule CreateSchedule(TrainingOptions training)
    {
        ArgumentNullException.ThrowIfNull(training);
        return new WarmedUpSchedule(
            Create<ILearningRateSchedule>(
                training.Schedule ?? new ComponentOptions { Name = TrainingOptions.DefaultSchedule },
                new ScheduleContext(services, training.LearningRate, training.Iterations)
                {
                    InheritedWarmup = training.Behaviour == TrainingBehaviour.Paper ? 0 : training.WarmupIterations,
                }),
            training.LearningRate,
            training.WarmupIterations);
    }

    public IMetric CreateMetric(string name) => Create<IMetric>(name);

    public IMetric CreateMetric(ComponentOptions metric) => Create<IMetric>(metric, new ComponentContext(services));

    public IRestorationLoss CreateLoss(LossOptions loss) => Create<IRestorationLoss>(loss, new ComponentContext(services));

    public IContrastiveLoss CreateContrastiveLoss(LossOptions loss) => Create<IContrastiveLoss>(loss, new ComponentContext(services));

    public TComponent Create<TComponent>(string name, IConfigurationSection? options = null, ComponentContext? context = null)
        where TComponent : class
    {
        var factory = catalogue.Get<TComponent>(name);
        var bound = OptionsBinder.Bind(factory.OptionsType, options ?? MemorySection.Create(name));
        torch.EnsureLoaded();
        var origin = catalogue.OriginOf<TComponent>(name);
        TComponent component;
        try
        {
            component = factory.Create(bound, context ?? new ComponentContext(services));
        }
        catch (Exception exception) when (exception is not IRConStyleException)
        {
            throw new IRConStyleException(
                $"{origin} cannot be built: {exception.Message.ReplaceLineEndings(" ")}",
                MemoryShortage.Caused(exception) ? MemoryShortage.Remedy : "Check its options; if they are right, this is a fault of its plugin.",
                exception);
        }

        return CheckedComponent.Wrap(component, origin);
    }

    private TComponent Create<TComponent>(ComponentOptions component, ComponentContext context)
        where TComponent : class
    {
        ArgumentNullException.ThrowIfNull(component);
        return Create<TComponent>(component.Name, component.Options, context);
    }
}

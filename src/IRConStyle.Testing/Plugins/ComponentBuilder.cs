using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using IRConStyle.Testing.Support;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Testing.Plugins;

/// <summary>Builds a host's components as the engine does, with small options.</summary>
/// <param name="services">The host's services.</param>
/// <param name="setup">What the plugin's author decides.</param>
internal sealed class ComponentBuilder(IServiceProvider services, PluginTestSetup setup)
{
    private const double LearningRate = 1e-3;
    private const int Iterations = 1000;

    private readonly ComponentCatalogue _catalogue = services.GetRequiredService<ComponentCatalogue>();

    public EncoderUnderTest Encoder(string name)
        => new(training => Create<IStyleEncoder>(name, new EncoderContext(services, training)));

    public ComponentUnderTest<TComponent> Plain<TComponent>(string name)
        where TComponent : class => new(() => Create<TComponent>(name, new ComponentContext(services)));

    public ScheduleUnderTest Schedule(string name)
        => new(() => Create<ILearningRateSchedule>(name, new ScheduleContext(services, LearningRate, Iterations)), LearningRate, Iterations);

    public ComponentUnderTest<IDegradation> Degradation(string name) => new(() => Create<IDegradation>(
        name,
        new DegradationContext(
            services, services.GetRequiredService<IImageCompressor>(), services.GetRequiredService<IPipelineFactory>().CreateDegradation)));

    public ComponentUnderTest<IRestorationDataset> Dataset(string name, SampleImages images) => new(() => Create<IRestorationDataset>(
        name,
        new DatasetContext(services, services.GetRequiredService<IImageReader>(), new Noise()) { BaseDirectory = images.Path },
        options => images.Fill(options, services.GetRequiredService<IImageCodec>())));

    /// <summary>A backbone without encoder.</summary>
    public BackboneUnderTest Backbone(string name)
        => new(() => Create<IBackbone>(name, new BackboneContext(services, style: null, injection: null)));

    /// <summary>A backbone for the style of an encoder and a way of injection; stand-ins where there are none.</summary>
    public BackboneUnderTest Backbone(string name, string? encoder, string? injection)
    {
        var style = encoder is null ? StandIns.Style : SpecOf(encoder);
        return new(
            () => Create<IBackbone>(
                name,
                new BackboneContext(services, style, injection is null ? new StandIns.Injection() : Plain<IStyleInjection>(injection).Create())),
            style);
    }

    private StyleSpec SpecOf(string encoder)
    {
        var built = Encoder(encoder).Create(false);
        using var module = built.Module;
        return built.Spec;
    }

    private TComponent Create<TComponent>(string name, ComponentContext context, Action<object>? fill = null)
        where TComponent : class
    {
        // Not the catalogue's, which checks components itself: here the plugin's own is judged.
        var factory = services.GetRequiredKeyedService<IComponentFactory<TComponent>>(name);
        var options = SmallOptions.Create(factory.OptionsType, PartOf);
        setup.Apply(options);
        fill?.Invoke(options);
        return factory.Create(options, context);
    }

    /// <summary>The first component of a contract that needs no parts itself.</summary>
    private string? PartOf(Type contract) => _catalogue.Components
        .FirstOrDefault(component => component.Contract == contract && !SmallOptions.NeedsParts(component.OptionsType))?.Info.Name;

    /// <summary>What a dataset of clean images gets: noise that the seed decides.</summary>
    private sealed class Noise : IDegradation
    {
        public TorchSharp.torch.Tensor Apply(TorchSharp.torch.Tensor clean, ulong seed)
        {
            var generator = new Random((int)(seed % int.MaxValue));
            var noise = new float[clean.numel()];
            for (var i = 0; i < noise.Length; i++)
                noise[i] = (generator.NextSingle() - 0.5f) * 0.1f;
            using var scope = TorchSharp.torch.NewDisposeScope();
            return (clean + TorchSharp.torch.tensor(noise).view(clean.shape)).MoveToOuterDisposeScope();
        }
    }
}

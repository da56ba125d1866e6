using IRConStyle.Abstractions;
using IRConStyle.Evaluation;
using IRConStyle.Framework;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using IRConStyle.Parity;
using IRConStyle.Testing;
using IRConStyle.Testing.Plugins;
using IRConStyle.Testing.Support;
using IRConStyle.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace IRConStyle.Contracts.Tests;

/// <summary>
/// A host with every built plugin, loaded from the folders <c>plugins/*</c> beside the tests as a program loads them. Whoever
/// registers a component is tested: nothing here names one.
/// </summary>
internal static class ContractHost
{
    private static readonly ServiceProvider Services = CreateServices();

    public static PluginCatalogue Plugins => Services.GetRequiredService<PluginCatalogue>();

    public static IPipelineFactory Pipelines => Services.GetRequiredService<IPipelineFactory>();

    public static ParityRunner Parity => Services.GetRequiredService<ParityRunner>();

    public static CheckpointIdentifier Identifier => Services.GetRequiredService<CheckpointIdentifier>();

    public static NetworkDetector Detector => Services.GetRequiredService<NetworkDetector>();

    public static IComponentFactory<TComponent> Factory<TComponent>(string name)
        where TComponent : class => Services.GetRequiredService<ComponentCatalogue>().Get<TComponent>(name);

    /// <summary>The checks that <c>irconstyle plugins test</c> runs.</summary>
    public static PluginTester Tester => Services.GetRequiredService<PluginTester>();

    /// <summary>One theory row per registered component of a contract.</summary>
    public static TheoryData<string> NamesOf<TComponent>()
        where TComponent : class => new(Services.GetRequiredService<ComponentCatalogue>().NamesOf<TComponent>());

    /// <summary>A component with the small options of <see cref="TinyOptions"/>.</summary>
    public static TComponent Create<TComponent>(string name, ComponentContext? context = null)
        where TComponent : class
        => Pipelines.Create<TComponent>(name, Options<TComponent>(name).Options, context ?? new ComponentContext(Services));

    public static IStyleEncoder CreateEncoder(string name, bool training)
        => Create<IStyleEncoder>(name, new EncoderContext(Services, training));

    /// <summary>A degradation, with what it is made of.</summary>
    public static IDegradation CreateDegradation(string name) => Pipelines.CreateDegradation(Options<IDegradation>(name));

    /// <summary>A component's name with small options.</summary>
    public static ComponentOptions Options<TComponent>(string name)
        where TComponent : class
    {
        var type = Services.GetRequiredService<ComponentCatalogue>().Get<TComponent>(name).OptionsType;
        return ComponentOptions.Of(name, TinyOptions.For(type, SomeComponent));
    }

    /// <summary>Restores whole images of any size.</summary>
    public static ImageRestorer Restorer(RestorationNetwork network) => new(network, torch.CPU, new InferenceOptions());

    /// <inheritdoc cref="Networks.Disturb"/>
    public static void Disturb(torch.nn.Module module) => Networks.Disturb(module);

    /// <inheritdoc cref="Tensors.AreIdentical"/>
    public static bool AreIdentical(torch.Tensor left, torch.Tensor right) => Tensors.AreIdentical(left, right);

    /// <inheritdoc cref="Tensors.Difference"/>
    public static double Difference(torch.Tensor left, torch.Tensor right) => Tensors.Difference(left, right);

    public static bool IsFinite(torch.Tensor tensor) => Tensors.IsFinite(tensor);

    /// <summary>Fails when a repeated action leaves tensors behind.</summary>
    public static void ShouldKeepTensorCount(Action action) => Trial.RequireNothingLeft(action, "This");

    /// <summary>The first component of a contract that needs no parts itself.</summary>
    private static string SomeComponent(Type contract)
        => Plugins.Components.First(component => component.Contract == contract && !SmallOptions.NeedsParts(component.OptionsType)).Info.Name;

    private static ServiceProvider CreateServices()
    {
        // The networks here are tiny: on a busy machine their threads would mostly wait for each other.
        torch.set_num_threads(1);
        var services = new ServiceCollection();
        services.AddIRConStyle(new ConfigurationBuilder().Build()).AddTraining().AddEvaluation().AddParity().AddTesting();
        return services.BuildServiceProvider(validateScopes: true);
    }
}

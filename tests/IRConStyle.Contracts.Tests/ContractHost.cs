using IRConStyle.Abstractions;
using IRConStyle.Evaluation;
using IRConStyle.Framework;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using IRConStyle.Parity;
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
        return ComponentOptions.Of(name, [.. TinyOptions.For(type), .. TinyOptions.Parts(type, SomeComponent)]);
    }

    /// <summary>Restores whole images of any size.</summary>
    public static ImageRestorer Restorer(RestorationNetwork network) => new(network, torch.CPU, new InferenceOptions());

    /// <summary>
    /// Moves all parameters a little, always in the same way: some start at exactly zero and would keep others out of the
    /// result and of the gradient.
    /// </summary>
    public static void Disturb(torch.nn.Module module)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        foreach (var parameter in module.parameters())
            parameter.add_(torch.randn_like(parameter).mul_(0.05));
    }

    /// <summary>Whether two tensors agree to the last bit.</summary>
    public static bool AreIdentical(torch.Tensor left, torch.Tensor right)
    {
        using var equal = left.eq(right);
        using var all = equal.all();
        return left.shape.AsSpan().SequenceEqual(right.shape) && all.item<bool>();
    }

    /// <summary>The largest absolute difference; NaN when there is one in either.</summary>
    public static double Difference(torch.Tensor left, torch.Tensor right)
    {
        using var scope = torch.NewDisposeScope();
        return (left.to(torch.float64) - right.to(torch.float64)).abs().max().item<double>();
    }

    public static bool IsFinite(torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return torch.isfinite(tensor).all().item<bool>();
    }

    /// <summary>Fails when a repeated action leaves tensors behind.</summary>
    public static void ShouldKeepTensorCount(Action action, int repetitions = 50)
    {
        action();
        action();
        // What earlier tests left to the collector must not hide what this action leaves.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;
        for (var call = 2; call < repetitions; call++)
            action();
        torch.Tensor.TotalCount.ShouldBe(before, $"live tensors after {repetitions} calls and after 2");
    }

    /// <summary>The first component of a contract that needs no parts itself.</summary>
    private static string SomeComponent(Type contract)
        => Plugins.Components.First(component => component.Contract == contract && !TinyOptions.Parts(component.OptionsType, _ => "").Any()).Info.Name;

    private static ServiceProvider CreateServices()
    {
        // The networks here are tiny: on a busy machine their threads would mostly wait for each other.
        torch.set_num_threads(1);
        var services = new ServiceCollection();
        services.AddIRConStyle(new ConfigurationBuilder().Build()).AddTraining().AddEvaluation().AddParity();
        return services.BuildServiceProvider(validateScopes: true);
    }
}

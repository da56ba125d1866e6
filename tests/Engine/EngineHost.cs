using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Hosting;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace IRConStyle.Tests.Engine;

/// <summary>Tests that count live tensors run alone: other tests' tensors would be counted too.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CountsTensors
{
    public const string Name = "Counts tensors";
}

/// <summary>A host with the components of <see cref="TinyPlugin"/> alone.</summary>
internal static partial class EngineHost
{
    /// <summary>A host whose section <c>IRConStyle</c> is given as JSON, and keys that win over it.</summary>
    public static ServiceProvider Create(string json = "{}", params (string Key, string? Value)[] overrides)
        => Create(json, _ => { }, overrides);

    /// <summary>The same with services and plugins of a test's own.</summary>
    public static ServiceProvider Create(
        string json, Action<IServiceCollection> add, (string Key, string? Value)[] overrides, params IRestorationPlugin[] plugins)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "IRConStyle": {{json}} }"""));
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        var configuration = new ConfigurationBuilder()
            .AddJsonStream(stream)
            .AddInMemoryCollection(overrides.Select(entry => KeyValuePair.Create("IRConStyle:" + entry.Key, entry.Value)))
            .Build();
        var builder = services.AddIRConStyle(configuration, setup => setup.LoadPluginDirectories = false).AddPlugin(new TinyPlugin());
        foreach (var plugin in plugins)
            builder.AddPlugin(plugin);
        AddRooms(builder);
        add(services);
        return services.BuildServiceProvider(validateScopes: true);
    }

    /// <summary>What a test project tests beside the framework itself.</summary>
    static partial void AddRooms(IIRConStyleBuilder builder);

    /// <summary>A network of one backbone without style.</summary>
    public static RestorationNetwork Network(this IServiceProvider services, string backbone, params (string Key, object? Value)[] options)
    {
        torch.random.manual_seed(1);
        var network = services.GetRequiredService<IPipelineFactory>().CreateNetwork(
            new PipelineOptions { Backbone = ComponentOptions.Of(backbone, options) }, training: true, "tiny");
        network.Eval();
        return network;
    }

    /// <summary>A parameter of the backbone, which stays the network's.</summary>
    public static torch.Tensor Parameter(this RestorationNetwork network, string name)
        => network.Backbone.Module.get_parameter(name).ShouldNotBeNull(name);

    public static double Difference(torch.Tensor left, torch.Tensor right)
    {
        using var scope = torch.NewDisposeScope();
        return (left - right).abs().max().to(torch.float64).item<double>();
    }

    /// <summary>
    /// How many tensors TorchSharp 0.107 counts for a network that do not exist: a parameter takes over the handle of the
    /// tensor it is made of, which then counts as alive for ever.
    /// </summary>
    public static long CountedTwice(this RestorationNetwork network)
        => network.Backbone.Module.parameters().Concat(network.Encoder?.Module.parameters() ?? []).LongCount();

    /// <summary>Live tensors, without those that wait for the collector.</summary>
    public static long LiveTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}

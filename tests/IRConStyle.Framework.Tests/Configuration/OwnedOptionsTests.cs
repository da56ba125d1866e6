using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Tests.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace IRConStyle.Framework.Tests.Configuration;

/// <summary>Each room's options, as hosts get and change them.</summary>
public sealed class OwnedOptionsTests
{
    [Fact]
    public void All_ways_of_asking_agree_and_follow_a_reload()
    {
        var configuration = new ConfigurationManager();
        configuration["IRConStyle:Inference:TileOverlap"] = "192";
        configuration["IRConStyle:Pipelines:p:Backbone:Name"] = "first";
        using var services = CompositionHost.From(configuration);
        var monitor = services.GetRequiredService<IOptionsMonitor<InferenceOptions>>();
        var told = new List<int>();
        using var listening = monitor.OnChange(options => told.Add(options.TileOverlap));

        services.GetRequiredService<IOptions<InferenceOptions>>().Value.TileOverlap.ShouldBe(192);
        monitor.CurrentValue.TileOverlap.ShouldBe(192);
        Snapshot(services).ShouldBe(192);
        services.GetRequiredService<IOptionsMonitor<PipelineOptions>>().Get("p").Backbone.Name.ShouldBe("first");

        configuration["IRConStyle:Inference:TileOverlap"] = "384";
        configuration["IRConStyle:Pipelines:p:Backbone:Name"] = "second";
        ((IConfigurationRoot)configuration).Reload();

        monitor.CurrentValue.TileOverlap.ShouldBe(384);
        Snapshot(services).ShouldBe(384);
        told.ShouldContain(384);
        services.Pipelines().Describe("p").Backbone.Name.ShouldBe("second");
        services.GetRequiredService<IOptionsMonitor<PipelineOptions>>().Get("p").Backbone.Name.ShouldBe("second");
    }

    [Fact]
    public void What_the_program_configures_comes_on_top()
    {
        var services = new ServiceCollection();
        services.AddIRConStyle(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("IRConStyle:Device", (string?)"cuda")]).Build());
        services.Configure<RuntimeOptions>(options => options.Device = "cpu");
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IOptions<RuntimeOptions>>().Value.Device.ShouldBe("cpu");
    }

    [Fact]
    public void A_fault_elsewhere_does_not_keep_a_pipeline_from_being_found()
    {
        using var services = CompositionHost.FromJson("""
            { "IRConStyle": { "Inference": { "TileOverlap": "much" }, "Pipelines": { "good": { "Backbone": { "Name": "fake" } }, "bad": { "Metrics": { "a": 1 } } } } }
            """);
        services.Pipelines().Describe("good").Backbone.Name.ShouldBe("fake");
        Should.Throw<ConfigurationException>(() => services.Pipelines().Describe("bad"));
        Should.Throw<ConfigurationException>(() => services.GetRequiredService<IOptions<InferenceOptions>>().Value).Message.ShouldContain("TileOverlap");
    }

    [Fact]
    public void Adding_twice_changes_nothing()
    {
        var configuration = new ConfigurationBuilder().Build();
        var services = new ServiceCollection();
        var builder = services.AddIRConStyle(configuration, setup => setup.LoadPluginDirectories = false).ValidateOnStart();
        var once = services.ToList();
        services.AddIRConStyle(configuration, setup => setup.LoadPluginDirectories = false).ValidateOnStart().ShouldBe(builder);
        services.ShouldBe(once);
    }

    [Fact]
    public void Weights_that_are_missing_are_told_before_anything_starts()
    {
        using var services = CompositionHost.FromJson("""
            { "IRConStyle": { "DefaultPipeline": "p", "Pipelines": { "p": { "Backbone": { "Name": "fake-backbone" }, "Weights": "nowhere.safetensors", "Metrics": [] } } } }
            """);
        Should.Throw<ConfigurationException>(services.Pipelines().ValidateAll).Message.ShouldContain("nowhere.safetensors");
        services.Pipelines().Describe("p").Weights.ShouldBe("nowhere.safetensors");
    }

    private static int Snapshot(IServiceProvider services)
    {
        using var scope = services.CreateScope();
        return scope.ServiceProvider.GetRequiredService<IOptionsSnapshot<InferenceOptions>>().Value.TileOverlap;
    }
}

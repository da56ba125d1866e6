using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Tests.Plugins;

public sealed class PluginPipelineTests
{
    private const string Text = """
        { "brought": { "Summary": "from the plugin", "Backbone": { "Name": "net", "Options": { "Width": 3 } }, "Weights": "w.safetensors" } }
        """;

    [Fact]
    public void A_plugin_brings_pipelines_whose_weights_lie_in_its_folder()
    {
        using var fixtures = new PluginFixtures("Good");
        File.WriteAllText(Path.Combine(fixtures.Directory, "Good", "pipelines.json"), Text);
        using var services = fixtures.Load();

        var pipeline = services.GetRequiredService<IPipelineFactory>().Describe("brought");
        pipeline.Summary.ShouldBe("from the plugin");
        pipeline.Backbone.Options.ShouldNotBeNull()["Width"].ShouldBe("3");
        pipeline.WeightsPath.ShouldBe(Path.Combine(fixtures.Directory, "Good", "w.safetensors"));
    }

    [Fact]
    public void The_programs_configuration_wins_key_by_key()
    {
        using var fixtures = new PluginFixtures("Good");
        File.WriteAllText(Path.Combine(fixtures.Directory, "Good", "pipelines.json"), Text);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            KeyValuePair.Create("IRConStyle:PluginDirectories:0", (string?)fixtures.Directory),
            KeyValuePair.Create("IRConStyle:Pipelines:Brought:Backbone:Options:Width", (string?)"5"),
        ]).Build();
        using var services = new ServiceCollection().Also(services => services.AddIRConStyle(configuration)).BuildServiceProvider();

        var pipeline = services.GetRequiredService<IPipelineFactory>().Describe("brought");
        pipeline.Backbone.Name.ShouldBe("net");
        pipeline.Backbone.Options.ShouldNotBeNull()["Width"].ShouldBe("5");
    }

    [Theory]
    [InlineData("{ \"a\": ")]
    [InlineData("[1]")]
    public void A_file_that_is_no_JSON_object_is_reported_with_its_plugin(string text)
    {
        using var fixtures = new PluginFixtures("Good");
        File.WriteAllText(Path.Combine(fixtures.Directory, "Good", "pipelines.json"), text);

        var report = fixtures.ReportOf("Good");
        report.Status.ShouldBe(PluginStatus.Failed);
        report.Reason.ShouldNotBeNull().ShouldContain("its pipelines.json is no JSON");
    }

    [Fact]
    public void A_pipeline_of_a_taken_name_is_refused_with_its_plugin()
    {
        using var fixtures = new PluginFixtures("Good", "PrivateDependency");
        foreach (var plugin in new[] { "Good", "PrivateDependency" })
            File.WriteAllText(Path.Combine(fixtures.Directory, plugin, "pipelines.json"), Text);

        fixtures.ReportOf("Good").Status.ShouldBe(PluginStatus.Loaded);
        fixtures.ReportOf("PrivateDependency").Reason.ShouldNotBeNull().ShouldContain("the pipeline 'brought'");
    }

    [Fact]
    public void A_plugin_that_fails_brings_no_pipelines()
    {
        using var fixtures = new PluginFixtures("ThrowingRegister");
        File.WriteAllText(Path.Combine(fixtures.Directory, "ThrowingRegister", "pipelines.json"), Text);
        using var services = fixtures.Load();
        services.GetRequiredService<IPipelineFactory>().Names.ShouldBeEmpty();
    }
}

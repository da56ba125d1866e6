using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Hosting;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Snapshooter.Xunit;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Pipelines;

public sealed class PipelineFactoryTests
{
    private const string Configuration = """
        { "IRConStyle": { "Pipelines": { "denoise": {
            "Encoder": { "Name": "fake-encoder" },
            "Backbone": { "Name": "fake-scale", "Options": { "Repeat": 2, "Factors": [ 3 ] } },
            "Metrics": [ "psnr" ],
            "Training": { "Losses": [ { "Name": "l1", "Weight": 0.5 } ], "BatchSize": 4 }
        } } } }
        """;

    private const string Faults = """
        { "IRConStyle": { "DefaultPipeline": "denoise", "Pipelines": { "denoice": {
            "Injection": { "Name": "paper" },
            "Backbone": { "Name": "fake-scale", "Options": { "Repeat": 9, "Dim": 3 } },
            "Metrics": [ "psnr", "psrn" ],
            "Training": {
                "Losses": [ { "Name": "l2" } ], "Data": { "Name": "folder" },
                "Validation": { "Data": { "Name": "folder" }, "Degradation": { "Name": "noise" }, "Metric": "ssim" }
            }
        } } } }
        """;

    [Fact]
    public void A_network_is_built_from_configuration_and_restores()
    {
        using var services = CompositionHost.FromJson(Configuration);
        using var network = services.Pipelines().CreateNetwork("denoise", training: false);
        using var image = torch.full([1, 3, 2, 2], 0.5f);

        using var restored = network.Restore(image);

        // Factors [3] replace the default [1, 2]; twice; plus the style's mean.
        restored.mean().item<float>().ShouldBe(0.5f * 6 + 0.5f, 1e-6f);
        network.Encoder.ShouldNotBeNull();
        network.Backbone.Module.ShouldBeOfType<ScaleModule>().HasInjection.ShouldBeTrue();
    }

    [Fact]
    public void State_names_carry_the_encoders_prefix_and_tell_training_state()
    {
        using var services = CompositionHost.FromJson(Configuration);
        using var network = services.Pipelines().CreateNetwork("denoise", training: true);

        network.State().Select(entry => (entry.Name, entry.IsTrainingState))
            .ShouldBe([("factor", false), ("Style.factor", false), ("Style.queue", true)]);
    }

    [Fact]
    public void Restoring_leaves_no_tensors_behind()
    {
        using var services = CompositionHost.FromJson(Configuration);
        using var network = services.Pipelines().CreateNetwork("denoise", training: false);
        using var image = torch.full([1, 3, 2, 2], 0.5f);
        using var outer = torch.NewDisposeScope();

        using var restored = network.Restore(image);

        outer.DisposablesCount.ShouldBe(1);
    }

    [Fact]
    public void A_valid_configuration_validates()
    {
        using var services = CompositionHost.FromJson(Configuration);
        services.Pipelines().ValidateAll();
        services.Pipelines().Validate("Denoise");
    }

    [Fact]
    public void Validation_lists_every_fault_of_all_components()
    {
        using var services = CompositionHost.FromJson(Faults);
        Should.Throw<ConfigurationException>(services.Pipelines().ValidateAll).Message.MatchSnapshot();
    }

    [Fact]
    public void A_schedule_is_checked_by_name_and_options_and_needed_only_where_something_is_trained()
    {
        Errors("""{ "Schedule": { "Name": "fake-ramp", "Options": { "Steps": 3 } } }""").ShouldBeEmpty();
        Errors("""{ "Schedule": { "Name": "fake-rampe" } }""").ShouldHaveSingleItem()
            .ShouldContain("Training:Schedule:Name = 'fake-rampe': this learning rate schedule is unknown; did you mean 'fake-ramp'?");
        Errors("""{ "Schedule": { "Name": "fake-ramp", "Options": { "Steps": 0 } } }""").ShouldHaveSingleItem()
            .ShouldContain("Training:Schedule:Options:Steps = '0'");
        Errors("{ }").ShouldBeEmpty();

        static IReadOnlyList<string> Errors(string training)
        {
            using var services = CompositionHost.FromJson($$"""
                { "IRConStyle": { "DefaultPipeline": "p", "Pipelines": { "p": {
                    "Backbone": { "Name": "fake-scale" }, "Metrics": [ "psnr" ], "Training": {{training}} } } } }
                """);
            try
            {
                services.Pipelines().ValidateAll();
                return [];
            }
            catch (ConfigurationException exception)
            {
                return [.. exception.Errors.Select(error => error.ToString())];
            }
        }
    }

    [Fact]
    public async Task A_host_refuses_to_start_with_a_faulty_configuration()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddJsonStream(CompositionHost.Stream(Faults));
        builder.Services.AddIRConStyle(builder.Configuration).AddPlugin(new FakePlugin()).ValidateOnStart();
        using var host = builder.Build();

        await Should.ThrowAsync<ConfigurationException>(() => host.StartAsync());
    }

    [Fact]
    public void An_unknown_pipeline_names_the_nearest_and_the_known()
    {
        using var services = CompositionHost.FromJson(Configuration);
        Should.Throw<IRConStyleException>(() => services.Pipelines().Describe("denose"))
            .Message.ShouldBe("The pipeline 'denose' is unknown; did you mean 'denoise'? Known: denoise.");
    }

    [Fact]
    public void An_unknown_component_names_the_nearest_and_the_known()
    {
        using var services = CompositionHost.FromJson(Configuration);
        var catalogue = services.GetRequiredService<ComponentCatalogue>();

        Should.Throw<IRConStyleException>(() => catalogue.Get<IStyleEncoder>("fake-encodr"))
            .Message.ShouldBe("The style encoder 'fake-encodr' is unknown; did you mean 'fake-encoder'? Known: fake-encoder.");
        catalogue.FindByReferenceName<IBackbone>("FakeNet").ShouldNotBeNull().Info.Name.ShouldBe("fake-scale");
    }

    [Fact]
    public void Components_resolve_as_keyed_services()
    {
        using var services = CompositionHost.FromJson(Configuration);
        services.GetRequiredKeyedService<IComponentFactory<IBackbone>>("fake-scale").OptionsType.ShouldBe(typeof(FakeBackboneOptions));
    }

    [Fact]
    public void A_fault_inside_a_component_names_the_component()
    {
        using var services = CompositionHost.FromJson(Configuration);
        Should.Throw<IRConStyleException>(() => services.Pipelines().CreateMetric("psnr"))
            .Message.ShouldBe("The metric 'psnr' of plugin Fake (part of the program) cannot be built: no ruler");
    }

    [Fact]
    public void A_backbone_that_needs_style_is_refused_without_encoder()
    {
        using var services = CompositionHost.FromJson("{}");
        var pipeline = new PipelineOptions { Backbone = ComponentOptions.Of("fake-scale", ("RequiresStyle", true)) };

        Should.Throw<IRConStyleException>(() => services.Pipelines().CreateNetwork(pipeline, training: false))
            .Message.ShouldContain("needs a style code");
    }

    [Fact]
    public void Environment_overrides_json_and_the_command_line_overrides_both()
    {
        const string variable = "IRCONSTYLE__Pipelines__denoise__Training__";
        Environment.SetEnvironmentVariable(variable + "BatchSize", "5");
        Environment.SetEnvironmentVariable(variable + "Seed", "6");
        try
        {
            var configuration = new ConfigurationBuilder()
                .AddJsonStream(CompositionHost.Stream(Configuration))
                .AddEnvironmentVariables()
                .AddCommandLine(["--IRConStyle:Pipelines:denoise:Training:Seed=7", "--IRConStyle:Pipelines:denoise:Backbone:Options:Factors=1,1"])
                .Build();
            using var services = CompositionHost.From(configuration);

            var training = services.Pipelines().Describe("denoise").Training;
            (training.BatchSize, training.Seed).ShouldBe((5, 7ul));
            training.Losses.ShouldHaveSingleItem().Weight.ShouldBe(0.5);
            using var network = services.Pipelines().CreateNetwork("denoise", training: false);
            network.State().First().Value.item<float>().ShouldBe(4f);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable + "BatchSize", null);
            Environment.SetEnvironmentVariable(variable + "Seed", null);
        }
    }

    [Fact]
    public void Training_settings_of_another_version_do_not_keep_a_document_from_being_read()
    {
        using var services = CompositionHost.FromJson(Configuration);
        var text = PipelineDocument.Write(services.Pipelines().Describe("denoise"));
        text.ShouldContain("\"LearningRate\"");

        var read = PipelineDocument.Read(text.Replace("\"LearningRate\"", "\"RateOfOldTimes\"", StringComparison.Ordinal), "weights.safetensors");

        read.Backbone.Name.ShouldBe("fake-scale");
        read.Training.Losses.ShouldBeEmpty();
        Should.Throw<IRConStyleException>(() => PipelineDocument.Read(text.Replace("\"Backbone\"", "\"Spine\"", StringComparison.Ordinal), "weights.safetensors"))
            .Message.ShouldContain("weights.safetensors");
    }

    [Fact]
    public void A_pipeline_document_rebuilds_the_network()
    {
        using var services = CompositionHost.FromJson(Configuration);
        var pipelines = services.Pipelines();

        var text = PipelineDocument.Write(pipelines.Describe("denoise"));
        var read = PipelineDocument.Read(text, "weights.safetensors");

        text.MatchSnapshot();
        PipelineDocument.Write(read).ShouldBe(text);
        using var network = pipelines.CreateNetwork(read, training: false);
        network.State().Select(entry => entry.Name).ShouldBe(["factor", "Style.factor"]);
        network.State().First().Value.item<float>().ShouldBe(6f);
    }

    [Theory]
    [InlineData("nothing", "not readable")]
    [InlineData("[]", "version ''")]
    [InlineData("""{"Version":2}""", "version '2'")]
    [InlineData("""{"Version":1,"Backbone":{"Nam":"x"}}""", "Nam")]
    public void A_damaged_pipeline_document_names_its_file(string text, string problem)
    {
        var error = Should.Throw<IRConStyleException>(() => PipelineDocument.Read(text, "weights.safetensors"));
        error.Message.ShouldContain("weights.safetensors");
        error.Message.ShouldContain(problem);
    }

    [Fact]
    public void A_list_says_of_each_pipeline_what_its_description_says()
    {
        using var services = CompositionHost.FromJson("""
            { "IRConStyle": { "Pipelines": {
                "plain": { "Summary": "No style", "Backbone": { "Name": "fake-backbone" }, "Weights": "w.safetensors" },
                "child": { "BasedOn": "plain", "Encoder": { "Name": "fake-encoder" } },
                "named": { "BasedOn": "child", "Injection": { "Name": "other" }, "Training": { "Iterations": "wrong" } } } } }
            """);
        var listed = services.Pipelines().List();
        listed.Select(pipeline => pipeline.Name).ShouldBe(["child", "named", "plain"]);
        foreach (var pipeline in listed.Where(pipeline => pipeline.Name != "named"))
        {
            var described = services.Pipelines().Describe(pipeline.Name);
            (pipeline.Summary, pipeline.Encoder, pipeline.Backbone, pipeline.WeightsPath)
                .ShouldBe((described.Summary, described.Encoder?.Name, described.Backbone.Name, described.WeightsPath));
        }

        listed.Select(pipeline => pipeline.Injection).ShouldBe(["paper", "other", null]);
    }

    [Fact]
    public void Options_of_other_sections_bind_and_unknown_sections_are_errors()
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(CompositionHost.Stream(
            """{ "IRConStyle": { "Extra": { "Repeat": 3 } } }""")).Build();
        using var known = new ServiceCollection()
            .Also(services => services.AddIRConStyle(configuration).AddOptions<FakeBackboneOptions>("Extra"))
            .BuildServiceProvider();
        using var unknown = new ServiceCollection().Also(services => services.AddIRConStyle(configuration)).BuildServiceProvider();

        known.GetRequiredService<IOptions<FakeBackboneOptions>>().Value.Repeat.ShouldBe(3);
        known.GetRequiredService<IOptions<RuntimeOptions>>().Value.Device.ShouldBe("auto");
        Should.Throw<ConfigurationException>(() => unknown.GetRequiredService<IOptions<RuntimeOptions>>().Value).Message.ShouldContain("IRConStyle:Extra");
    }

    [Fact]
    public void A_plugin_added_by_code_with_a_taken_name_is_an_error_and_leaves_nothing()
    {
        var services = new ServiceCollection();
        var builder = services.AddIRConStyle(new ConfigurationBuilder().Build()).AddPlugin(new FakePlugin());
        var before = services.Count;

        Should.Throw<IRConStyleException>(() => builder.AddPlugin(new FakePlugin())).Message.ShouldContain("name 'Fake' is taken");

        services.Count.ShouldBe(before);
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<PluginCatalogue>().Reports.ShouldHaveSingleItem().Folder.ShouldBeNull();
    }

    [Fact]
    public async Task Networks_are_built_and_run_on_several_threads_at_once()
    {
        using var services = CompositionHost.FromJson(Configuration);
        var pipelines = services.Pipelines();

        var sums = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using var network = pipelines.CreateNetwork("denoise", training: true);
            using var image = torch.full([1, 3, 2, 2], 0.5f);
            using var restored = network.Restore(image);
            using var mean = restored.mean();
            return mean.item<float>();
        })));

        sums.ShouldAllBe(sum => Math.Abs(sum - 3.5f) < 1e-6f);
    }

    [Theory]
    [InlineData("gpu", "unknown")]
    [InlineData("cuda:-1", "unknown")]
    [InlineData("cuda:99", "cuda:99")]
    public void An_impossible_device_is_an_error(string device, string problem)
        => Should.Throw<IRConStyleException>(() => DeviceSelector.Parse(device)).Message.ShouldContain(problem);

    [Theory]
    [InlineData("cpu")]
    [InlineData("CPU")]
    public void The_cpu_is_always_there(string device) => DeviceSelector.Parse(device).type.ShouldBe(DeviceType.CPU);
}

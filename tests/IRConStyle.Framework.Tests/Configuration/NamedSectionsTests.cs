using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Tests.Configuration;

public sealed class NamedSectionsTests
{
    private static readonly (string, string)[] Base =
    [
        ("a:Summary", "the base"), ("a:Weights", "a.safetensors"),
        ("a:Backbone:Name", "net"), ("a:Backbone:Options:Width", "8"), ("a:Backbone:Options:Depth", "2"),
        ("a:Training:Iterations", "100"), ("a:Training:BatchSize", "4"),
        ("a:Training:Losses:0:Name", "l1"), ("a:Training:Losses:1:Name", "mse"),
    ];

    [Fact]
    public void A_pipeline_takes_what_it_does_not_set()
    {
        var resolved = Resolve([.. Base, ("b:BasedOn", "a"), ("b:Training:Iterations", "7"), ("b:Backbone:Options:Width", "16")]);
        resolved["Backbone:Name"].ShouldBe("net");
        resolved["Backbone:Options:Width"].ShouldBe("16");
        resolved["Backbone:Options:Depth"].ShouldBe("2");
        resolved["Training:Iterations"].ShouldBe("7");
        resolved["Training:BatchSize"].ShouldBe("4");
        resolved["Training:Losses:1:Name"].ShouldBe("mse");
    }

    [Fact]
    public void Summary_and_weights_are_its_own()
    {
        var resolved = Resolve([.. Base, ("b:BasedOn", "a")]);
        resolved["Summary"].ShouldBeNull();
        resolved["Weights"].ShouldBeNull();
    }

    [Fact]
    public void Lists_are_taken_whole_or_not_at_all()
    {
        var resolved = Resolve([.. Base, ("b:BasedOn", "a"), ("b:Training:Losses:0:Name", "charbonnier")]);
        resolved.GetSection("Training:Losses").GetChildren().Select(loss => loss["Name"]).ShouldBe(["charbonnier"]);
    }

    [Fact]
    public void The_options_of_another_component_are_not_taken()
    {
        var resolved = Resolve([.. Base, ("b:BasedOn", "a"), ("b:Backbone:Name", "other")]);
        resolved.GetSection("Backbone:Options").Exists().ShouldBeFalse();
        Resolve([.. Base, ("b:BasedOn", "a"), ("b:Backbone:Name", "net")])["Backbone:Options:Width"].ShouldBe("8");
    }

    [Fact]
    public void The_nearest_ancestor_wins()
    {
        var resolved = Resolve([.. Base, ("c:BasedOn", "a"), ("c:Backbone:Name", "other"), ("c:Training:BatchSize", "9"), ("b:BasedOn", "C")]);
        resolved["Backbone:Name"].ShouldBe("other");
        resolved.GetSection("Backbone:Options").Exists().ShouldBeFalse();
        resolved["Training:BatchSize"].ShouldBe("9");
        resolved["Training:Iterations"].ShouldBe("100");
    }

    [Theory]
    [InlineData("b:BasedOn", "aa", "did you mean 'a'?")]
    [InlineData("a:BasedOn", "b", "cannot be based on itself")]
    public void A_base_that_is_missing_or_the_pipeline_itself_is_an_error(string key, string value, string problem)
    {
        var settings = Base.Append(("b:BasedOn", "a")).Where(setting => setting.Item1 != key).Append((key, value)).ToArray();
        var error = Should.Throw<ConfigurationException>(() => Resolve(settings));
        error.Message.ShouldContain(":BasedOn = ");
        error.Message.ShouldContain(problem);
    }

    [Fact]
    public void Keys_ignore_case()
    {
        var resolved = Resolve([.. Base, ("b:basedon", "A"), ("b:backbone:name", "other"), ("b:training:batchsize", "9")]);
        resolved.GetSection("Backbone:Options").Exists().ShouldBeFalse();
        resolved["Training:BatchSize"].ShouldBe("9");
        resolved["Training:Iterations"].ShouldBe("100");
        Resolve([.. Base, ("b:BasedOn", "a"), ("b:backbone:OPTIONS:width", "16")])["Backbone:Options:Width"].ShouldBe("16");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"\"")]
    public void What_is_set_to_nothing_is_not_taken_from_the_base(string nothing)
    {
        var sections = Read(Json($$"""
            { "a": { "Encoder": { "Name": "enc", "Options": { "Width": 3 } }, "Backbone": { "Name": "net", "Options": { "Width": 8 } } },
              "b": { "BasedOn": "a", "Encoder": {{nothing}}, "Backbone": { "Options": {{nothing}} } } }
            """));
        var resolved = sections.Find("b")!;
        resolved.GetSection("Encoder").GetChildren().ShouldBeEmpty();
        resolved["Backbone:Name"].ShouldBe("net");
        resolved.GetSection("Backbone:Options").GetChildren().ShouldBeEmpty();
        OptionsBinder.Bind<PipelineOptions>(resolved).Encoder.ShouldBeNull();
        sections.Find("a")!["Encoder:Options:Width"].ShouldBe("3");
    }

    [Fact]
    public void An_upper_layer_that_sets_nothing_takes_away_what_lies_below()
    {
        var lower = Json("""{ "a": { "Encoder": { "Name": "enc" }, "Backbone": { "Name": "net" }, "Metrics": [ "psnr", "ssim" ] } }""");
        var upper = Json("""{ "a": { "Encoder": null, "Metrics": "mae" } }""");
        var pipeline = OptionsBinder.Bind<PipelineOptions>(Read(lower, upper).Find("a")!);
        pipeline.Encoder.ShouldBeNull();
        pipeline.Metrics.ShouldBe(["mae"]);
        // And a still higher layer brings it back.
        OptionsBinder.Bind<PipelineOptions>(Read(lower, upper, Json("""{ "a": { "Encoder": { "Name": "again" } } }""")).Find("a")!)
            .Encoder.ShouldNotBeNull().Name.ShouldBe("again");
    }

    [Fact]
    public void An_upper_layer_that_names_another_component_leaves_the_options_below()
    {
        var lower = Json("""{ "a": { "Backbone": { "Name": "net", "Options": { "Width": 8 } } } }""");
        Read(lower, Json("""{ "a": { "Backbone": { "Name": "other" } } }""")).Find("a")!.GetSection("Backbone:Options").Exists().ShouldBeFalse();
        Read(lower, Json("""{ "a": { "Backbone": { "Name": "net" } } }""")).Find("a")!["Backbone:Options:Width"].ShouldBe("8");
        var both = Read(lower, Json("""{ "a": { "Backbone": { "Name": "other", "Options": { "Depth": 2 } } } }""")).Find("a")!;
        both["Backbone:Options:Depth"].ShouldBe("2");
        both["Backbone:Options:Width"].ShouldBeNull();
    }

    [Fact]
    public void A_broken_entry_does_not_keep_others_from_being_found()
    {
        var sections = Read(Json("""{ "a": { "BasedOn": "nowhere" }, "b": { "Backbone": { "Name": "net" } } }"""));
        sections.Find("b")!["Backbone:Name"].ShouldBe("net");
        Should.Throw<ConfigurationException>(() => sections.Find("a"));
        sections.Names.ShouldBe(["a", "b"]);
    }

    private static IConfigurationSection Resolve((string Key, string Value)[] settings) => Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"IRConStyle:Pipelines:{setting.Key}", (string?)setting.Value)))
        .Build()).Find("b")!;

    private static IConfigurationRoot Json(string pipelines)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "IRConStyle": { "Pipelines": {{pipelines}} } }"""));
        return new ConfigurationBuilder().AddJsonStream(stream).Build();
    }

    private static NamedSections<PipelineOptions> Read(params IConfigurationRoot[] layers)
    {
        var builder = new ConfigurationBuilder();
        foreach (var layer in layers)
            builder.AddConfiguration(layer);
        var section = new FrameworkSection(
            builder.Build(), new SectionNode(FrameworkSection.Name), [new OwnedKeys(typeof(PipelineOptions), PipelineOptions.SectionKey, IsByName: true)]);
        return new NamedSections<PipelineOptions>(section, PipelineOptions.SectionKey, "pipeline", "Summary", "Weights");
    }
}

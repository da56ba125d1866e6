using IRConStyle.Framework.Configuration;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Tests.Composition;

public sealed class SectionInheritanceTests
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

    private static IConfigurationSection Resolve((string Key, string Value)[] settings)
        => SectionInheritance.Resolve(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"IRConStyle:Pipelines:{setting.Key}", (string?)setting.Value)))
            .Build().GetSection("IRConStyle")).GetSection("Pipelines:b");
}

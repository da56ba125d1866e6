using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Pipelines;

public class NamedDegradationsTests
{
    private const string Configuration = """
        {
          "Degradations": {
            "dusk": { "Name": "darken", "Options": { "Sigma": 51 } },
            "evening": { "Name": "dusk" },
            "nested": { "Name": "around", "Options": { "Inner": { "Name": "dusk" } } }
          }
        }
        """;

    [Theory]
    [InlineData("dusk", 0.8f)]
    [InlineData("EVENING", 0.8f)]
    [InlineData("nested", 0.8f)]
    [InlineData("darken", 0.9f)]
    [InlineData("around", 0.9f)]
    public void A_configured_name_stands_for_a_component_with_options(string name, float expected)
    {
        using var services = EngineHost.Create(Configuration);
        using var scope = torch.NewDisposeScope();
        var degraded = services.GetRequiredService<IPipelineFactory>().CreateDegradation(new ComponentOptions { Name = name }).Apply(torch.ones(3, 2, 2), 1);
        degraded[0, 0, 0].item<float>().ShouldBe(expected, 1e-6f);
    }

    [Fact]
    public void Configured_names_come_first_and_each_once()
    {
        using var services = EngineHost.Create(Configuration);
        services.GetRequiredService<NamedDegradations>().Names.ShouldBe(["dusk", "evening", "nested", "darken", "around"]);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest_of_both_kinds()
    {
        using var services = EngineHost.Create(Configuration);
        var error = Should.Throw<IRConStyleException>(() => services.GetRequiredService<IPipelineFactory>().CreateDegradation(new ComponentOptions { Name = "dsuk" }));
        error.Message.ShouldContain("'dsuk'");
        error.Message.ShouldContain("dusk");
    }

    [Fact]
    public void Options_beside_a_configured_name_are_refused()
    {
        using var services = EngineHost.Create(Configuration);
        var error = Should.Throw<IRConStyleException>(
            () => services.GetRequiredService<IPipelineFactory>().CreateDegradation(ComponentOptions.Of("dusk", ("Sigma", 3))));
        error.Message.ShouldContain("Sigma");
        error.Remedy.ShouldNotBeNull().ShouldContain("IRConStyle:Degradations:dusk:Options");
    }

    [Fact]
    public void Degradations_that_are_made_of_each_other_are_refused()
    {
        using var services = EngineHost.Create("""
            {
              "Degradations": {
                "one": { "Name": "around", "Options": { "Inner": { "Name": "two" } } },
                "two": { "Name": "around", "Options": { "Inner": { "Name": "one" } } },
                "this": { "Name": "that" },
                "that": { "Name": "this" }
              }
            }
            """);
        Should.Throw<IRConStyleException>(() => services.GetRequiredService<IPipelineFactory>().CreateDegradation(new ComponentOptions { Name = "this" }))
            .Message.ShouldContain("made of it");
        Should.Throw<IRConStyleException>(() => services.GetRequiredService<IPipelineFactory>().CreateDegradation(new ComponentOptions { Name = "one" }))
            .Message.ShouldContain("made of it");
    }

    [Fact]
    public void Validation_looks_into_what_degradations_are_made_of()
    {
        using var services = EngineHost.Create("""
            {
              "Degradations": {
                "wrong": { "Name": "around", "Options": { "Inner": { "Name": "darken", "Options": { "Sgima": 3 } } } },
                "lost": { "Name": "around", "Options": { "Inner": { "Name": "darkne" } } },
                "fine": { "Name": "around", "Options": { "Inner": { "Name": "lost" } } },
                "twice": { "Name": "lost", "Options": { "Sigma": 3 } },
                "darken": { "Name": "around" }
              }
            }
            """);
        var error = Should.Throw<ConfigurationException>(() => services.GetRequiredService<IPipelineFactory>().ValidateAll());
        error.Errors.Select(fault => fault.Path).ShouldBe(
        [
            "IRConStyle:Degradations:darken",
            "IRConStyle:Degradations:lost:Options:Inner:Name",
            "IRConStyle:Degradations:twice",
            "IRConStyle:Degradations:wrong:Options:Inner:Options:Sgima",
        ]);
    }
}

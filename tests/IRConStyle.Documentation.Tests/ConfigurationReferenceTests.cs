using System.Text;
using System.Text.RegularExpressions;
using IRConStyle.Evaluation;
using IRConStyle.Framework;
using IRConStyle.Framework.Hosting;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using IRConStyle.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Documentation.Tests;

/// <summary>
/// docs/configuration.md says what the program does. With IRCONSTYLE_UPDATE_DOCS=1 in the environment its generated part
/// is written anew.
/// </summary>
public partial class ConfigurationReferenceTests
{
    private const string Begin = "<!-- generated: begin -->\n";
    private const string End = "<!-- generated: end -->";

    private static readonly string Page = Path.Combine(SharedData.Root, "docs", "configuration.md");

    [Fact]
    public void The_configuration_page_matches_the_options_classes()
    {
        using var services = Host(new ConfigurationBuilder().Build());
        services.GetRequiredService<PluginCatalogue>().Failures.ShouldBeEmpty();
        services.GetRequiredService<ComponentCatalogue>().Components.ShouldNotBeEmpty();

        var committed = File.ReadAllText(Page).ReplaceLineEndings("\n");
        var begin = committed.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = committed.IndexOf(End, StringComparison.Ordinal);
        var expected = $"{committed[..begin]}\n{ConfigurationReference.Write(services)}\n{committed[end..]}";
        if (Environment.GetEnvironmentVariable("IRCONSTYLE_UPDATE_DOCS") == "1")
            File.WriteAllText(Page, expected, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        else
            committed.ShouldBe(expected, "Run these tests once with IRCONSTYLE_UPDATE_DOCS=1 and commit docs/configuration.md.");
    }

    /// <summary>What a reader can copy, never the name of a class.</summary>
    [Fact]
    public void Defaults_are_values()
    {
        var page = File.ReadAllText(Page);
        page.ShouldContain("""`[{ Degraded: "input", Clean: "target" }, """);
        page.ShouldNotContain("`[irconstyle.", Case.Insensitive);
    }

    [Fact]
    public void The_example_on_the_configuration_page_is_valid()
    {
        var example = JsonBlock().Matches(File.ReadAllText(Page).ReplaceLineEndings("\n")).ShouldHaveSingleItem().Groups["json"].Value;
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(example));
        using var services = Host(new ConfigurationBuilder().AddJsonStream(stream).Build());

        var pipelines = services.GetRequiredService<IPipelineFactory>();
        // A check of everything looks for the weights too; what is in them is another matter.
        var weights = pipelines.Describe(pipelines.DefaultName).WeightsPath.ShouldNotBeNull();
        Directory.CreateDirectory(Path.GetDirectoryName(weights)!);
        File.WriteAllBytes(weights, []);

        pipelines.Names.ShouldNotBeEmpty();
        Should.NotThrow(pipelines.ValidateAll);
    }

    private static ServiceProvider Host(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddIRConStyle(configuration).AddEvaluation().AddTrainingWorker();
        return services.BuildServiceProvider();
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}

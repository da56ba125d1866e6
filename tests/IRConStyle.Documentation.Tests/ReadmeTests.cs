using System.Globalization;
using System.Text.RegularExpressions;
using IRConStyle.Framework;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Documentation.Tests;

/// <summary>What the README says of the shipped pipelines.</summary>
public partial class ReadmeTests
{
    private static readonly string Settings = Path.Combine(SharedData.Root, "src", "IRConStyle.Cli", "appsettings.json");

    /// <summary>The pipelines of one task and network are on docs/pipelines.md; the README names the general ones.</summary>
    [Fact]
    public void The_readme_lists_every_general_pipeline_with_its_number_of_parameters()
    {
        using var services = new ServiceCollection()
            .AddIRConStyle(new ConfigurationBuilder().AddJsonFile(Settings).Build()).Services.BuildServiceProvider();
        var pipelines = services.GetRequiredService<IPipelineFactory>();
        var listed = Row().Matches(File.ReadAllText(Path.Combine(SharedData.Root, "README.md")))
            .Where(row => pipelines.Names.Contains(row.Groups["name"].Value))
            .ToDictionary(row => row.Groups["name"].Value, row => row.Groups["parameters"].Value);

        var actual = pipelines.Names.Where(name => !OfOneTask().IsMatch(name)).ToDictionary(name => name, name => Parameters(pipelines, name));

        listed.OrderBy(pair => pair.Key, StringComparer.Ordinal).ShouldBe(actual.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void The_shipped_settings_are_valid()
    {
        using var services = new ServiceCollection()
            .AddIRConStyle(new ConfigurationBuilder().AddJsonFile(Settings).Build()).Services.BuildServiceProvider();

        Should.NotThrow(services.GetRequiredService<IPipelineFactory>().ValidateAll);
    }

    [Fact]
    public void No_page_has_a_placeholder()
        => Directory.EnumerateFiles(SharedData.Root, "*.md", SearchOption.AllDirectories)
            .Where(page => File.ReadAllText(page).Contains("TODO" + "-", StringComparison.Ordinal))
            .ShouldBeEmpty();

    private static string Parameters(IPipelineFactory pipelines, string name)
    {
        using var network = pipelines.CreateNetwork(name, training: false);
        var count = network.Backbone.Module.parameters().Concat(network.Encoder?.Module.parameters() ?? []).Sum(parameter => parameter.numel());
        return count.ToString("N0", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^(denoise|deblur|derain|dehaze)-")]
    private static partial Regex OfOneTask();

    /// <summary>A table row of pipeline, network, parameters and weights.</summary>
    [GeneratedRegex(@"^\| `(?<name>[a-z0-9-]+)` \| [^|]+ \| (?<parameters>[0-9,]+) \| [^|]+ \|\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();
}

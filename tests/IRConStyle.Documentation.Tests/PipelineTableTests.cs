using System.Globalization;
using System.Text;
using IRConStyle.Abstractions;
using IRConStyle.Framework;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Documentation.Tests;

/// <summary>
/// docs/pipelines.md lists every pipeline of the program's settings. With IRCONSTYLE_UPDATE_DOCS=1 in the environment its
/// table is written anew.
/// </summary>
public class PipelineTableTests
{
    private const string Begin = "<!-- generated: begin -->\n";
    private const string End = "<!-- generated: end -->";

    private static readonly string Page = Path.Combine(SharedData.Root, "docs", "pipelines.md");
    private static readonly string Settings = Path.Combine(SharedData.Root, "src", "IRConStyle.Cli", "appsettings.json");

    [Fact]
    public void The_page_lists_every_pipeline()
    {
        using var services = new ServiceCollection()
            .AddIRConStyle(new ConfigurationBuilder().AddJsonFile(Settings).Build()).Services.BuildServiceProvider();
        var committed = File.ReadAllText(Page).ReplaceLineEndings("\n");
        var begin = committed.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = committed.IndexOf(End, StringComparison.Ordinal);
        var expected = $"{committed[..begin]}\n{Table(services.GetRequiredService<IPipelineFactory>())}\n{committed[end..]}";
        if (Environment.GetEnvironmentVariable("IRCONSTYLE_UPDATE_DOCS") == "1")
            File.WriteAllText(Page, expected, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        else
            committed.ShouldBe(expected, "Run these tests once with IRCONSTYLE_UPDATE_DOCS=1 and commit docs/pipelines.md.");
    }

    private static string Table(IPipelineFactory pipelines)
    {
        var table = new StringBuilder()
            .Append("| pipeline | task | network | parameters | batch × patch | iterations | weights |\n")
            .Append("|---|---|---|---|---|---|---|\n");
        var counts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in pipelines.Names)
        {
            var pipeline = pipelines.Describe(name);
            var training = pipeline.Training;
            var isTrained = training.Losses.Length > 0;
            table.Append(CultureInfo.InvariantCulture, $"| `{name}` | {Task(name, pipeline)} | {Network(pipeline)} | {Parameters(pipelines, name, counts)} ")
                .Append(CultureInfo.InvariantCulture, $"| {(isTrained ? $"{training.BatchSize} × {training.PatchSize}" : "–")} ")
                .Append(CultureInfo.InvariantCulture, $"| {(isTrained ? training.Iterations.ToString("N0", CultureInfo.InvariantCulture) : "–")} ")
                .Append(CultureInfo.InvariantCulture, $"| {(pipeline.Weights is not null ? "bundled" : isTrained ? "to be trained" : "none")} |\n");
        }

        return table.ToString();
    }

    private static string Task(string name, PipelineOptions pipeline)
        => pipeline.Training switch
        {
            { Losses.Length: 0 } => "–",
            _ when name.Split('-')[0] is "deblur" or "derain" or "dehaze" => name.Split('-')[0],
            _ => "denoise",
        };

    private static string Network(PipelineOptions pipeline)
        => pipeline.Encoder is null ? pipeline.Backbone.Name : $"{pipeline.Encoder.Name} + {pipeline.Backbone.Name}";

    /// <summary>Networks of the same parts are built once.</summary>
    private static string Parameters(IPipelineFactory pipelines, string name, Dictionary<string, string> counts)
    {
        var pipeline = pipelines.Describe(name);
        var key = $"{Key(pipeline.Encoder)} {Key(pipeline.Injection)} {Key(pipeline.Backbone)}";
        if (counts.TryGetValue(key, out var count))
            return count;
        using var network = pipelines.CreateNetwork(name, training: false);
        var parameters = network.Backbone.Module.parameters().Concat(network.Encoder?.Module.parameters() ?? []).Sum(parameter => parameter.numel());
        return counts[key] = parameters.ToString("N0", CultureInfo.InvariantCulture);
    }

    private static string Key(ComponentOptions? component)
        => component is null ? "" : component.Name + string.Join(',', component.Options?.AsEnumerable(makePathsRelative: true) ?? []);
}

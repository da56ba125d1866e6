using IRConStyle.Cli.Terminal;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Lists the configured pipelines.</summary>
internal sealed class PipelinesCommand : Verb
{
    private const string None = "–";

    public PipelinesCommand()
        : base("pipelines", "Lists the configured pipelines.", "pipelines")
    {
    }

    protected override int Run(VerbCall call)
    {
        using var host = call.OpenHost();
        var factory = host.Services.GetRequiredService<IPipelineFactory>();
        var table = call.Screen.CreateTable(
            ("pipeline", false), ("encoder", false), ("injection", false), ("backbone", false), ("weights", false), ("summary", false));
        foreach (var pipeline in factory.List())
            table.AddTextRow(
                pipeline.Name, pipeline.Encoder ?? None, pipeline.Injection ?? None, pipeline.Backbone, Weights(pipeline.WeightsPath), pipeline.Summary);
        call.Screen.Output.Write(table);
        return ExitCode.Success;
    }

    private static string Weights(string? path) => path switch
    {
        null => None,
        _ when File.Exists(path) => path,
        _ => $"missing: {path}",
    };
}

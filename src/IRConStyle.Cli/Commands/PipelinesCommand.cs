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
        foreach (var name in factory.Names)
        {
            var pipeline = factory.Describe(name);
            table.AddTextRow(
                name,
                pipeline.Encoder?.Name ?? None,
                pipeline.Encoder is null ? None : pipeline.Injection?.Name ?? PipelineOptions.DefaultInjection,
                pipeline.Backbone.Name,
                Weights(pipeline),
                pipeline.Summary);
        }

        call.Screen.Output.Write(table);
        return ExitCode.Success;
    }

    private static string Weights(PipelineOptions pipeline) => pipeline.WeightsPath switch
    {
        null => None,
        var path when File.Exists(path) => path,
        var path => $"missing: {path}",
    };
}

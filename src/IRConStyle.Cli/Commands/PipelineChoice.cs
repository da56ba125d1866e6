using System.CommandLine;

namespace IRConStyle.Cli.Commands;

/// <summary>Options by which several verbs choose a pipeline, its weights and a device.</summary>
internal static class PipelineChoice
{
    /// <summary>The pipeline; null when not given.</summary>
    public static Option<string?> Pipeline(string description) => new("--pipeline", "-p") { Description = description, HelpName = "NAME" };

    /// <summary>The weights file; null when not given.</summary>
    public static Option<string?> Weights(string description) => new("--weights", "-w") { Description = description, HelpName = "FILE" };

    /// <summary>The device; null when not given.</summary>
    public static Option<string?> Device() => new("--device")
    {
        Description = "Where to compute: auto (a CUDA device when there is one), cpu, cuda or cuda:n.",
        HelpName = "auto|cpu|cuda[:n]",
    };
}
